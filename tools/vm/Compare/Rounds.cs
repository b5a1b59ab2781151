// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Vm.Compare;

/// <summary>Collects the runs of all rounds of one boot and turns them into figures.</summary>
/// <param name="scenarios">What runs in each round.</param>
/// <param name="idleCounts">True in instruction-count mode.</param>
public sealed class Rounds(IReadOnlyList<ScenarioDefinition> scenarios, bool idleCounts)
{
    /// <summary>Name of the default scheduler before the candidates.</summary>
    public const string First = "default";

    /// <summary>Name of the default scheduler after the candidates.</summary>
    public const string Second = "default, again";

    private readonly List<Dictionary<(string Scheduler, string Scenario), Measurement>> _rounds = [];

    /// <summary>Rounds begun.</summary>
    public int Count => _rounds.Count;

    /// <summary>Begins a round.</summary>
    public void Begin() => _rounds.Add([]);

    /// <summary>Adds a run to the round that began last.</summary>
    /// <param name="scheduler"><see cref="First"/>, <see cref="Second"/> or the name of a candidate.</param>
    /// <param name="scenario">Name of the scenario.</param>
    /// <param name="measurement">What it gave.</param>
    public void Add(string scheduler, string scenario, Measurement measurement) => _rounds[^1].Add((scheduler, scenario), measurement);

    /// <summary>The figures of one candidate over all rounds.</summary>
    /// <exception cref="InvalidOperationException">A round lacks one of its runs.</exception>
    public IReadOnlyList<FigureSummary> Summarize(string candidate) =>
    [
        .. from scenario in scenarios
           from figure in scenario.Figures
           select new FigureSummary(scenario.Name, figure, candidate, [.. _rounds.Select((_, i) => Round(i, candidate, scenario, figure))]),
    ];

    private FigureRound Round(int index, string candidate, ScenarioDefinition scenario, FigureDefinition figure) =>
        FigureRound.Of(figure, Run(index, First, scenario), Run(index, candidate, scenario), Run(index, Second, scenario), idleCounts);

    private Measurement Run(int index, string scheduler, ScenarioDefinition scenario) =>
        _rounds[index].TryGetValue((scheduler, scenario.Name), out Measurement? run)
            ? run
            : throw new InvalidOperationException($"round {index + 1} has no run of {scenario.Name} under {scheduler}");
}
