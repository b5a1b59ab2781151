// SPDX-License-Identifier: GPL-2.0-only
using Wd40.Vm.Compare;

namespace Wd40.UnitTests.Compare;

/// <summary>Summaries with known data.</summary>
internal static class Planted
{
    public static FigureDefinition P99 { get; } = ScenarioCatalog.Select(["timer"])[0].Figures.Single(figure => figure.Name == "p99");

    public static FigureDefinition Rate { get; } = ScenarioCatalog.Select(["requests"])[0].Figures.Single(figure => figure.Name == "rate");

    /// <summary>Rounds whose default runs are <paramref name="spread"/> apart around 100, with these ratios.</summary>
    public static FigureSummary Ratios(double spread, params double[] ratios) =>
        new("timer", P99, "wd40", [.. ratios.Select(ratio => new FigureRound(100 - (50 * spread), 100 * ratio, 100 + (50 * spread), 0, 0, null))]);

    public static Measurement Run(double? idle, params (string Name, double Value)[] figures) =>
        new(figures.ToDictionary(figure => figure.Name, figure => figure.Value), idle, null);
}
