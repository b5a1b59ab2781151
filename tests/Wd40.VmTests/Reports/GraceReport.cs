// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.VmTests.Reports;

/// <summary>What <c>wd40-load grace</c> prints.</summary>
/// <param name="GraceNs">Lengths of grace periods.</param>
/// <param name="ReadersCpus">CPUs that the readers used together.</param>
internal sealed record GraceReport(Summary GraceNs, double ReadersCpus);
