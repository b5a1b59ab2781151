// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Vm.Compare;

/// <summary>One figure of one scheduler over all rounds. Void rounds are kept and shown, but counted nowhere.</summary>
/// <param name="Scenario">Name of the scenario.</param>
/// <param name="Figure">The figure.</param>
/// <param name="Candidate">Name of the scheduler under test.</param>
/// <param name="Rounds">All rounds, void ones too.</param>
public sealed record FigureSummary(string Scenario, FigureDefinition Figure, string Candidate, IReadOnlyList<FigureRound> Rounds)
{
    private IEnumerable<FigureRound> Counted => Rounds.Where(round => round.Void is null);

    /// <summary>
    /// The same figure over the rounds that have values whether they count or not: for showing, never for judging. A throughput
    /// with idle CPUs is still worth a look beside its idle share.
    /// </summary>
    public FigureSummary Shown => CountedRounds > 0
        ? this
        : this with { Rounds = [.. Rounds.Where(round => double.IsFinite(round.Candidate)).Select(round => round with { Void = null })] };

    /// <summary>For example <c>timer.p99</c>.</summary>
    public string FullName => $"{Scenario}.{Figure.Name}";

    /// <summary>Rounds that count.</summary>
    public int CountedRounds => Counted.Count();

    /// <summary>Why rounds do not count, each reason once.</summary>
    public IReadOnlyList<string> VoidReasons => [.. Rounds.Select(round => round.Void).OfType<string>().Distinct()];

    /// <summary>The default scheduler's values: of each round the mean of its two runs.</summary>
    public Distribution? Default => Distribution.Of(Counted.Select(round => round.Default));

    /// <summary>The candidate's values.</summary>
    public Distribution? Value => Distribution.Of(Counted.Select(round => round.Candidate));

    /// <summary>The rounds' ratios; null when no round has one.</summary>
    public Distribution? Ratio => Distribution.Of(Counted.Select(round => round.Ratio).OfType<double>());

    /// <summary>Default against default: median of the rounds' differences, as part of their mean.</summary>
    public double Noise => Distribution.Of(Counted.Select(round => round.Noise))?.Median ?? 0;

    /// <summary>Greatest idle share of the default runs, void rounds included.</summary>
    public double? DefaultIdle => Rounds.Max(round => round.DefaultIdle);

    /// <summary>Greatest idle share of the candidate's runs, void rounds included.</summary>
    public double? CandidateIdle => Rounds.Max(round => round.CandidateIdle);
}
