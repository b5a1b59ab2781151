// SPDX-License-Identifier: GPL-2.0-only
using System.Globalization;

namespace Wd40.Vm.Compare;

/// <summary>The judgement of one bar.</summary>
/// <param name="Bar">The bar.</param>
/// <param name="Outcome">What the rounds say.</param>
/// <param name="Reason">Why, in a sentence.</param>
public sealed record Verdict(Bar Bar, Outcome Outcome, string Reason)
{
    /// <summary>Rounds that must count for a judgement.</summary>
    public const int FewestRounds = 3;

    /// <summary>Noise of the default scheduler that is always accepted.</summary>
    public const double AcceptedNoise = 0.10;

    /// <summary>
    /// Judges the median. Inconclusive: too few rounds that count; for a ratio, default runs that differ by more than 10 % and by
    /// more than half the distance between the bar and 1; or quartiles on both sides of the bar.
    /// </summary>
    public static Verdict Of(Bar bar, FigureSummary summary)
    {
        ArgumentNullException.ThrowIfNull(bar);
        ArgumentNullException.ThrowIfNull(summary);
        Distribution? values = bar.IsRatio ? summary.Ratio : summary.Value;
        if (values is null || values.Count < FewestRounds)
        {
            string why = summary.VoidReasons.Count == 0 ? "" : $" ({string.Join("; ", summary.VoidReasons)})";
            return new Verdict(bar, Outcome.Inconclusive, $"only {values?.Count ?? 0} of {summary.Rounds.Count} rounds count{why}, {FewestRounds} are needed");
        }

        double limit = Math.Max(AcceptedNoise, Math.Abs(bar.Limit - 1) / 2);
        if (bar.IsRatio && summary.Noise > limit)
        {
            return new Verdict(bar, Outcome.Inconclusive, Text($"default against default differs by {summary.Noise:P1}, more than {limit:P1}: run more rounds"));
        }

        if (bar.IsMetBy(values.LowerQuartile) != bar.IsMetBy(values.UpperQuartile))
        {
            return new Verdict(bar, Outcome.Inconclusive, Text($"the quartiles {values.LowerQuartile:G4} and {values.UpperQuartile:G4} straddle the bar: run more rounds"));
        }

        return new Verdict(bar, bar.IsMetBy(values.Median) ? Outcome.Met : Outcome.Missed, Text($"median {values.Median:G4} of {values.Count} rounds"));
    }

    /// <summary>All bars together: missed when one is missed, else inconclusive when one is, else met.</summary>
    public static Outcome Together(IEnumerable<Verdict> verdicts)
    {
        Outcome[] outcomes = [.. verdicts.Select(verdict => verdict.Outcome)];
        return outcomes.Contains(Outcome.Missed) ? Outcome.Missed : outcomes.Contains(Outcome.Inconclusive) ? Outcome.Inconclusive : Outcome.Met;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
