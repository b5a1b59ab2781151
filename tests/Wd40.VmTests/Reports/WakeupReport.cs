// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.VmTests.Reports;

/// <summary>What <c>wd40-load timer</c> prints.</summary>
/// <param name="DelayNs">From the moment a sleeper was due to the moment it ran.</param>
internal sealed record WakeupReport(Delays DelayNs);

/// <summary>Delays of many wake-ups, ns.</summary>
internal sealed record Delays(int Count, long P50, long P99, long Max);
