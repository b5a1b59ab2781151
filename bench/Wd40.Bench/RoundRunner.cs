// SPDX-License-Identifier: GPL-2.0-only
using System.Diagnostics;

namespace Wd40.Bench;

/// <summary>
/// Runs variants interleaved in one process: a round visits all of them in turn, slice by slice, beginning with another one each time,
/// and takes the shortest slice of each. What disturbs the machine disturbs all variants alike, and short disturbances fall out.
/// </summary>
internal static class RoundRunner
{
    /// <summary>Measures.</summary>
    /// <param name="variants">The variants; those that must return the value of the first do.</param>
    /// <param name="rounds">Rounds that count; one more comes first and does not.</param>
    /// <returns>Nanoseconds per run: a row a round, a column a variant.</returns>
    /// <exception cref="InvalidOperationException">Two variants returned different values.</exception>
    internal static double[][] Run(IReadOnlyList<Variant> variants, int rounds)
    {
        Check(variants);
        var results = new double[rounds][];
        for (var round = -1; round < rounds; round++)
        {
            var best = new double[variants.Count];
            Array.Fill(best, double.MaxValue);
            for (var slice = 0; slice < variants.Max(variant => variant.Slices); slice++)
            {
                for (var i = 0; i < variants.Count; i++)
                {
                    var index = (i + slice) % variants.Count;
                    if (slice < variants[index].Slices)
                        best[index] = Math.Min(best[index], Time(variants[index], slice));
                }
            }
            if (round >= 0)
                results[round] = best;
        }
        return results;
    }

    private static void Check(IReadOnlyList<Variant> variants)
    {
        var expected = variants[0].Copies[0]();
        foreach (var variant in variants)
        {
            foreach (var copy in variant.Copies)
            {
                var found = copy();
                if (variant.SameResult && found != expected)
                    throw new InvalidOperationException(
                        $"{variant.Name} returns {found:x}, {variants[0].Name} returns {expected:x}: they do not do the same work");
            }
        }
    }

    private static double Time(Variant variant, int slice)
    {
        var run = variant.Copies[slice % variant.Copies.Length];
        ulong sum = 0;
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < variant.Repeats; i++)
            sum += run();
        var ticks = Stopwatch.GetTimestamp() - start;
        GC.KeepAlive(sum == 1 ? variant : null);
        return ticks * 1e9 / Stopwatch.Frequency / variant.Repeats;
    }
}
