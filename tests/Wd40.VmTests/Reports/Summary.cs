// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.VmTests.Reports;

/// <summary>Exact statistics of samples, in their unit.</summary>
internal sealed record Summary(long Count, long P50, long P99, long Max);
