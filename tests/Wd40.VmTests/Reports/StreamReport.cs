// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.VmTests.Reports;

/// <summary>What <c>wd40-load stream</c> prints.</summary>
/// <param name="Processes">Short processes that came and went.</param>
/// <param name="Windows">The hogs meanwhile.</param>
internal sealed record StreamReport(int Hogs, long Processes, IReadOnlyList<StreamWindow> Windows);

/// <summary>CPUs of the hog that got least in a window, and of each on average.</summary>
internal sealed record StreamWindow(double ShareMin, double ShareMean);
