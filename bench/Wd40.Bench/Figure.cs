// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Bench;

/// <summary>A ratio over rounds, or a time in milliseconds, judged against a target.</summary>
/// <param name="Name">What is compared.</param>
/// <param name="Size">Records, tasks or bytes.</param>
/// <param name="Target">Bound of it; null: shown, not judged.</param>
/// <param name="AtLeast">True if the value must reach the bound, false if it must not exceed it.</param>
/// <param name="Minimum">Smallest value of a round.</param>
/// <param name="Median">Median over rounds.</param>
/// <param name="Maximum">Largest value of a round.</param>
/// <param name="Control">Median over rounds of |C1 - C2| / mean of the same C code measured twice; null for a time.</param>
/// <param name="Verdict">Met, missed or inconclusive; null without a target.</param>
internal sealed record Figure(string Name, int Size, double? Target, bool AtLeast,
    double Minimum, double Median, double Maximum, double? Control, Verdict? Verdict)
{
    /// <summary>Largest difference of the control that still allows a verdict.</summary>
    internal const double ControlLimit = 0.02;

    /// <summary>Judges the ratio of two variants.</summary>
    /// <param name="name">What is compared.</param>
    /// <param name="size">Records or tasks.</param>
    /// <param name="rounds">A row a round, a column a variant.</param>
    /// <param name="numerator">Column.</param>
    /// <param name="denominator">Column.</param>
    /// <param name="controls">The two columns of the same C code.</param>
    /// <param name="target">Bound of the ratio.</param>
    /// <param name="atLeast">True if the ratio must reach the bound.</param>
    internal static Figure Judge(string name, int size, double[][] rounds, int numerator, int denominator,
        (int First, int Second) controls, double? target,
        bool atLeast = false)
    {
        var ratios = rounds.Select(round => round[numerator] / round[denominator]).Order().ToArray();
        var control = Middle([.. rounds.Select(round =>
            2 * Math.Abs(round[controls.First] - round[controls.Second]) / (round[controls.First] + round[controls.Second])).Order()]);
        var median = Middle(ratios);
        var met = atLeast ? median >= target : median <= target;
        Verdict? verdict = target is null ? null
            : control > ControlLimit ? Bench.Verdict.Inconclusive : met ? Bench.Verdict.Met : Bench.Verdict.Missed;
        return new Figure(name, size, target, atLeast, ratios[0], median, ratios[^1], control, verdict);
    }

    /// <summary>Judges a time: met if no round exceeds the bound, missed if all do, else inconclusive. It needs no control.</summary>
    /// <param name="name">What is measured.</param>
    /// <param name="size">Bytes of it.</param>
    /// <param name="rounds">A row a round; nanoseconds in the first column.</param>
    /// <param name="target">Milliseconds; null: shown, not judged.</param>
    internal static Figure Within(string name, int size, double[][] rounds, double? target)
    {
        var times = rounds.Select(round => round[0] / 1e6).Order().ToArray();
        Verdict? verdict = target is null ? null
            : times[^1] <= target ? Bench.Verdict.Met : times[0] > target ? Bench.Verdict.Missed : Bench.Verdict.Inconclusive;
        return new Figure(name, size, target, false, times[0], Middle(times), times[^1], null, verdict);
    }

    /// <summary>Median of sorted values.</summary>
    internal static double Middle(double[] sorted) => (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
}
