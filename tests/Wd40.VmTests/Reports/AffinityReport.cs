// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.VmTests.Reports;

/// <summary>What <c>wd40-load affinity</c> prints.</summary>
/// <param name="Changes">Changes of an affinity.</param>
/// <param name="Looks">Looks of the tasks at the CPU they run on.</param>
/// <param name="Forbidden">Looks that found a CPU outside the affinity.</param>
internal sealed record AffinityReport(long Changes, long Looks, long Forbidden, double IdleShare);
