// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Bench;

/// <summary>Time of one variant per record or task, over rounds.</summary>
/// <param name="Name">What was measured, and how.</param>
/// <param name="Size">Records or tasks.</param>
/// <param name="Minimum">Nanoseconds, best round.</param>
/// <param name="Median">Nanoseconds, median.</param>
/// <param name="Maximum">Nanoseconds, worst round.</param>
internal sealed record Timing(string Name, int Size, double Minimum, double Median, double Maximum)
{
    /// <summary>Timings of all variants.</summary>
    internal static IEnumerable<Timing> Of(string what, int size, IReadOnlyList<Variant> variants, double[][] rounds) =>
        variants.Select((variant, column) =>
    {
        var sorted = rounds.Select(round => round[column] / size).Order().ToArray();
        return new Timing($"{what}: {variant.Name}", size, sorted[0], Figure.Middle(sorted), sorted[^1]);
    });
}
