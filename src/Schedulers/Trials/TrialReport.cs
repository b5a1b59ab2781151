// SPDX-License-Identifier: GPL-2.0-only
using System.Globalization;
using System.Text.Json;

namespace Wd40.Schedulers.Trials;

/// <summary>What a trial showed: the same figures under the default scheduler and under the one that was tried.</summary>
public sealed record TrialReport
{
    private const int NameWidth = 26, ValueWidth = 14;

    /// <summary>The scheduler that was tried.</summary>
    public required string Scheduler { get; init; }

    /// <summary>Length that was asked for, s.</summary>
    public required double Seconds { get; init; }

    /// <summary>How it ended.</summary>
    public required TrialOutcome Outcome { get; init; }

    /// <summary>Figures of the seconds before attach; null when a stop came first.</summary>
    public SystemFigures? Before { get; init; }

    /// <summary>Figures from attach to the end or to the confirmation; null when it never attached.</summary>
    public SystemFigures? During { get; init; }

    /// <summary>Prints it as a table.</summary>
    public void Print(TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteLine($"{"trial",-NameWidth}{"default",ValueWidth}{Scheduler,ValueWidth}");
        Row(writer, "window, s", figures => figures.Seconds);
        Row(writer, "CPUs busy, %", figures => figures.CpuBusyPercent);
        Row(writer, "context switches, 1/s", figures => figures.ContextSwitchesPerS);
        Row(writer, "mean wait for a CPU, us", figures => figures.WaitMeanUs);
        Row(writer, "tasks waiting for a CPU", figures => figures.WaitingTasks);
        Row(writer, "CPU pressure, %", figures => figures.CpuPressurePercent);
        writer.WriteLine(Outcome switch
        {
            TrialOutcome.Confirmed => $"confirmed: {Scheduler} stays",
            TrialOutcome.Detached => string.Create(CultureInfo.InvariantCulture,
                $"not confirmed within {Seconds:0.###} s: the machine is back on the default scheduler"),
            _ => "ended before its time: the machine is back on the default scheduler",
        });
        writer.Flush();
    }

    /// <summary>It as one line of JSON: <c>{"trial": ...}</c>, so that it can be told from statistics on the same stream.</summary>
    public string ToJson() => JsonSerializer.Serialize(new TrialLine(this), TrialJson.Default.TrialLine);

    private void Row(TextWriter writer, string name, Func<SystemFigures, double?> figure) =>
        writer.WriteLine($"{name,-NameWidth}{Text(Before, figure),ValueWidth}{Text(During, figure),ValueWidth}");

    private static string Text(SystemFigures? figures, Func<SystemFigures, double?> figure) =>
        figures is not null && figure(figures) is { } value ? value.ToString("0.###", CultureInfo.InvariantCulture) : "-";
}
