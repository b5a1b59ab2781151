// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Vm.Compare;

/// <summary>The rounds' values of one quantity.</summary>
/// <param name="Count">Number of values.</param>
/// <param name="Minimum">Least value.</param>
/// <param name="LowerQuartile">A quarter of the way through the sorted values, interpolated.</param>
/// <param name="Median">Half way.</param>
/// <param name="UpperQuartile">Three quarters.</param>
/// <param name="Maximum">Greatest value.</param>
public sealed record Distribution(int Count, double Minimum, double LowerQuartile, double Median, double UpperQuartile, double Maximum)
{
    /// <summary>Sorts values; null when there are none.</summary>
    public static Distribution? Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0
            ? null
            : new Distribution(sorted.Length, sorted[0], At(sorted, 0.25), At(sorted, 0.5), At(sorted, 0.75), sorted[^1]);
    }

    private static double At(double[] sorted, double part)
    {
        double place = part * (sorted.Length - 1);
        int below = (int)place;
        int above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((place - below) * (sorted[above] - sorted[below]));
    }
}
