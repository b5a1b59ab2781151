// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.VmTests.Reports;

/// <summary>What <c>wd40-load switches</c> prints.</summary>
/// <param name="TimeNs">From the command's start to its end, guest ns.</param>
/// <param name="ContextSwitches">Of all CPUs meanwhile.</param>
internal sealed record SwitchesReport(long TimeNs, long ContextSwitches);
