// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Schedulers.Trials;

/// <summary>What the machine did in a window of time; null where the kernel does not tell.</summary>
public sealed record SystemFigures
{
    /// <summary>Length of the window, s.</summary>
    public required double Seconds { get; init; }

    /// <summary>Part of all CPU time that was not idle, percent.</summary>
    public double? CpuBusyPercent { get; init; }

    /// <summary>Context switches per second, all CPUs together.</summary>
    public double? ContextSwitchesPerS { get; init; }

    /// <summary>How long a task waited for a CPU before it ran, us, mean over all runs.</summary>
    public double? WaitMeanUs { get; init; }

    /// <summary>Runnable tasks that waited for a CPU, mean over the window.</summary>
    public double? WaitingTasks { get; init; }

    /// <summary>Part of the window in which at least one task waited for a CPU, percent.</summary>
    public double? CpuPressurePercent { get; init; }

    /// <summary>The figures between two readings.</summary>
    /// <param name="first">Earlier reading.</param>
    /// <param name="last">Later reading.</param>
    /// <param name="elapsed">Time between them.</param>
    public static SystemFigures Between(SystemCounters first, SystemCounters last, TimeSpan elapsed)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(last);
        var seconds = elapsed.TotalSeconds;
        var wait = last.WaitNs - first.WaitNs;
        return new SystemFigures
        {
            Seconds = Round(seconds) ?? 0,
            CpuBusyPercent = Ratio(100 * (last.BusyTicks - first.BusyTicks), last.AllTicks - first.AllTicks),
            ContextSwitchesPerS = Ratio(last.Switches - first.Switches, seconds),
            WaitMeanUs = Ratio(wait / 1e3, last.Runs - first.Runs),
            WaitingTasks = Ratio(wait / 1e9, seconds),
            CpuPressurePercent = Ratio((last.PressureUs - first.PressureUs) / 1e4, seconds),
        };
    }

    /// <summary>Nothing happened is 0, not known stays null.</summary>
    private static double? Ratio(double? part, double? whole) => whole > 0 ? Round(part / whole) : part is null || whole is null ? null : 0;

    private static double? Round(double? value) => value is { } known ? Math.Round(known, 3) : null;
}
