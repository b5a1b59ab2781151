// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Vm.Compare;

/// <summary>One number of a scenario's report and how it is judged.</summary>
/// <param name="Name">Name after the scenario's, for example <c>p99</c>.</param>
/// <param name="Path">Members of the report that lead to it, with dots between.</param>
/// <param name="Better">Which way it improves.</param>
public sealed record FigureDefinition(string Name, string Path, Direction Better)
{
    /// <summary>Judged against the default scheduler (true), or by its own value.</summary>
    public bool IsRatio { get; init; } = true;

    /// <summary>The report gives nanoseconds; tables show milliseconds.</summary>
    public bool IsTime => Path.Contains("_ns", StringComparison.Ordinal);

    /// <summary>A throughput: in instruction-count mode it says something only while no CPU is idle.</summary>
    public bool NeedsBusyMachine { get; init; }

    /// <summary>The least that <c>null</c> in the report stands for (an event that never came within its bound); null: not allowed.</summary>
    public double? NullMeans { get; init; }
}
