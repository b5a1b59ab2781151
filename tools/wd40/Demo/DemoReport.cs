// SPDX-License-Identifier: GPL-2.0-only
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;
using Wd40.Schedulers;

namespace Wd40.Tool.Demo;

/// <summary>What the demonstration of a scheduler with a load balancer saw.</summary>
internal sealed record DemoReport : IDemoReport
{
    public required string Machine { get; init; }

    public required string Scheduler { get; init; }

    /// <summary>The ops name that the kernel showed while it was enabled; null: it never was.</summary>
    public string? Enabled { get; init; }

    public required DemoLoad Default { get; init; }

    /// <summary>Under the scheduler; null: it was never enabled. In JSON it has the scheduler's name.</summary>
    [JsonIgnore]
    public DemoLoad? Own { get; init; }

    public DemoLoad? Wd40 => Scheduler == Wd40Scheduler.Name ? Own : null;

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DemoLoad? Rusty => Scheduler == RustyScheduler.Name ? Own : null;

    public ulong Requested { get; init; }

    public ulong Applied { get; init; }

    /// <summary>What kept it from being a success; empty: it was one.</summary>
    public required IReadOnlyList<string> Troubles { get; init; }

    public bool Success => Troubles.Count == 0;

    public void PrintJson(TextWriter to) => to.WriteLine(JsonSerializer.Serialize(this, DemoJson.Default.DemoReport));

    public void Print(IAnsiConsole console)
    {
        var table = new Table().Title($"{Scheduler} beside the default scheduler, same boot: {Markup.Escape(Machine)}");
        table.AddColumn("figure").AddColumn(new TableColumn("default").RightAligned()).AddColumn(new TableColumn(Scheduler).RightAligned());
        Row(table, "share error of equal hogs", load => load.ShareError.ToString("0.0000", CultureInfo.InvariantCulture));
        Row(table, "idle share under overload", load => load.IdleShare.ToString("0.0000", CultureInfo.InvariantCulture));
        Row(table, "timer wake-up delay p50, us", load => (load.DelayP50 / 1000).ToString("0", CultureInfo.InvariantCulture));
        Row(table, "timer wake-up delay p99, us", load => (load.DelayP99 / 1000).ToString("0", CultureInfo.InvariantCulture));
        Row(table, "hackbench under this load, s", load => load.HackbenchSeconds?.ToString("0.00", CultureInfo.InvariantCulture) ?? "not installed");
        Row(table, "hogs seen moving between domains", load => load.HogMoves.ToString(CultureInfo.InvariantCulture));
        table.AddRow("migrations requested / applied", "-", $"{Requested} / {Applied}");
        console.Write(table);
        foreach (string trouble in Troubles)
            console.MarkupLineInterpolated($"[red]problem:[/] {trouble}");
        if (Success)
            console.MarkupLineInterpolated($"[green]ok:[/] {Enabled} was enabled, {Applied} migrations applied, detached cleanly");
    }

    private void Row(Table table, string name, Func<DemoLoad, string> figure) =>
        table.AddRow(name, figure(Default), Own is null ? "-" : figure(Own));
}
