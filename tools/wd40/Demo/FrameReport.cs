// SPDX-License-Identifier: GPL-2.0-only
using System.Globalization;
using System.Text.Json;
using Spectre.Console;

namespace Wd40.Tool.Demo;

/// <summary>What the demonstration with a game beside a build saw.</summary>
internal sealed record FrameReport : IDemoReport
{
    private const int HalfWidth = 38;

    private static readonly Color _plainColor = Color.Orange3, _ownColor = Color.Green;

    public required string Machine { get; init; }

    public required string Scheduler { get; init; }

    /// <summary>The ops name that the kernel showed while it was enabled; null: it never was.</summary>
    public string? Enabled { get; init; }

    public required FrameLoad Default { get; init; }

    /// <summary>Under the scheduler; null: it was never enabled.</summary>
    public FrameLoad? Own { get; init; }

    /// <summary>Decisions of the policy that were applied.</summary>
    public ulong Decisions { get; init; }

    /// <summary>Times that the kernel half took over.</summary>
    public ulong Takeovers { get; init; }

    /// <summary>What kept it from being a success; empty: it was one.</summary>
    public required IReadOnlyList<string> Troubles { get; init; }

    public bool Success => Troubles.Count == 0;

    public void PrintJson(TextWriter to) => to.WriteLine(JsonSerializer.Serialize(this, DemoJson.Default.FrameReport));

    public void Print(IAnsiConsole console)
    {
        console.WriteLine(Text($"A game beside a parallel build, same boot: {Machine}"));
        console.WriteLine(Text(
            $"It draws every {Default.PeriodNs / 1e6:0.0} ms and works {Default.WorkNs / 1e6:0.0} ms for each frame, if it is let; the build keeps two jobs per CPU alive."));
        console.WriteLine();
        console.Write(Histograms());
        if (Own is not null)
        {
            foreach (var chart in new[] { Begun(Own), Done(Own), Missed(Own) })
            {
                console.Write(chart);
                console.WriteLine();
            }
        }
        console.Write(Figures());
        foreach (string trouble in Troubles)
            console.MarkupLineInterpolated($"[red]problem:[/] {trouble}");
        if (Success)
            console.MarkupLineInterpolated($"[green]ok:[/] {Enabled} was enabled, its policy made {Decisions} decisions, detached cleanly");
    }

    /// <summary>How late frames begin: for each scheduler a bar for each size of delay, all to the same scale.</summary>
    private Table Histograms()
    {
        double most = new[] { Default, Own }.OfType<FrameLoad>().SelectMany(load => load.DelayCounts).Max(bucket => (double)bucket.Count);
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumn(new TableColumn("frames that begin so late: default").NoWrap());
        if (Own is null)
            return table.AddRow(Histogram(Default, most, _plainColor));
        table.AddColumn(new TableColumn(Markup.Escape(Scheduler)).NoWrap());
        return table.AddRow(Histogram(Default, most, _plainColor), Histogram(Own, most, _ownColor));
    }

    private static BarChart Histogram(FrameLoad load, double most, Color color)
    {
        var chart = new BarChart().Width(HalfWidth).WithMaxValue(most).RightAlignLabel();
        foreach (var bucket in load.DelayCounts)
            chart.AddItem(bucket.BelowNs is { } bound ? Text($"< {bound / 1e6:0.##} ms") : "later", bucket.Count, color);
        return chart;
    }

    private BarChart Begun(FrameLoad own)
    {
        var chart = Chart("begun, ms after it was due");
        Pair(chart, "p50", Default.DelayNs.P50 / 1e6, own.DelayNs.P50 / 1e6);
        Pair(chart, "p99", Default.DelayNs.P99 / 1e6, own.DelayNs.P99 / 1e6);
        return chart;
    }

    private BarChart Done(FrameLoad own)
    {
        var chart = Chart(Text($"done, ms after it was due; it has {Default.PeriodNs / 1e6:0.0}"));
        Pair(chart, "p50", Default.FrameNs.P50 / 1e6, own.FrameNs.P50 / 1e6);
        Pair(chart, "p99", Default.FrameNs.P99 / 1e6, own.FrameNs.P99 / 1e6);
        return chart;
    }

    private BarChart Missed(FrameLoad own)
    {
        var chart = Chart("missed frames, % of all").WithMaxValue(100);
        Pair(chart, "missed", 100 * Default.MissedShare, 100 * own.MissedShare);
        return chart;
    }

    private static BarChart Chart(string label) =>
        new BarChart().Width(2 * HalfWidth).Label(label).LeftAlignLabel().UseValueFormatter(value => value.ToString("0.0", CultureInfo.InvariantCulture));

    private void Pair(BarChart chart, string what, double plain, double own)
    {
        // Of equal length, so that the bars of all charts begin below each other.
        int width = Math.Max("default".Length, Scheduler.Length);
        chart.AddItem($"{what,6}, {"default".PadRight(width)}", plain, _plainColor);
        chart.AddItem($"{what,6}, {Scheduler.PadRight(width)}", own, _ownColor);
    }

    private Table Figures()
    {
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumn("figure").AddColumn(new TableColumn("default").RightAligned()).AddColumn(new TableColumn(Markup.Escape(Scheduler)).RightAligned());
        void Row(string name, Func<FrameLoad, string> figure) => table.AddRow(name, figure(Default), Own is null ? "-" : figure(Own));
        Row("missed frames / begun", load => Text($"{load.MissedFrames} / {load.Frames}"));
        Row("begin late by p99, ms", load => Text($"{load.DelayNs.P99 / 1e6:0.00}"));
        Row("jobs of the build done", load => Text($"{load.Jobs}"));
        Row("idle share", load => Text($"{load.IdleShare:0.0000}"));
        table.AddRow("decisions / takeovers", "-", Text($"{Decisions} / {Takeovers}"));
        return table;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
