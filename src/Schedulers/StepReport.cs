// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Schedulers;

/// <summary>What a periodic step cost.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Count">Steps done.</param>
/// <param name="MeanMicroseconds">Mean duration.</param>
/// <param name="LongestMicroseconds">Longest duration.</param>
/// <param name="LatestMicroseconds">Longest time from when a step was due to its begin.</param>
public sealed record StepReport(string Name, long Count, double MeanMicroseconds, double LongestMicroseconds, double LatestMicroseconds)
{
    /// <summary>The figures of a step.</summary>
    /// <param name="step">The step.</param>
    /// <param name="clock">The clock it was made with.</param>
    public static StepReport Of(PeriodicStep step, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(step);
        ArgumentNullException.ThrowIfNull(clock);
        var perTick = 1e6 / clock.TimestampFrequency;
        return new StepReport(step.Name, step.Count, step.Count == 0 ? 0 : step.TicksUsed * perTick / step.Count, step.LongestTicks * perTick, step.LatestTicks * perTick);
    }
}
