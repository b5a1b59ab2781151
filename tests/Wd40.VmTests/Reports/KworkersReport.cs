// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.VmTests.Reports;

/// <summary>What <c>wd40-load kworkers</c> prints.</summary>
/// <param name="Bytes">Carried by workers from writers to readers.</param>
internal sealed record KworkersReport(long Bytes);
