// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.VmTests.Reports;

/// <summary>What <c>wd40-load timer</c> prints.</summary>
/// <param name="DelayNs">From the moment a sleeper was due to the moment it ran.</param>
/// <param name="IdleShare">Of all CPUs in the measured window.</param>
/// <param name="WakeupsPerDomain">Wake-ups in the window by the domain in which the task then ran.</param>
/// <param name="LoopsPerUs">Speed of the work loop, measured or as given.</param>
internal sealed record WakeupsReport(Summary DelayNs, double IdleShare, IReadOnlyList<long> WakeupsPerDomain, double LoopsPerUs);
