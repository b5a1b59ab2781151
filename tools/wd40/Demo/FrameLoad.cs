// SPDX-License-Identifier: GPL-2.0-only
using System.Globalization;
using System.Text.Json;

namespace Wd40.Tool.Demo;

/// <summary>What <c>wd40-load frames</c> printed: a task that draws 60 frames a second beside a parallel build.</summary>
/// <param name="PeriodNs">Time from one frame to the next, ns.</param>
/// <param name="WorkNs">Work for each frame, ns of a CPU of a full machine.</param>
/// <param name="Frames">Frames begun in the window.</param>
/// <param name="MissedFrames">Times at which the next frame was due and the present one was not done.</param>
/// <param name="DelayNs">From the time that a frame was due to the time that its task ran, ns.</param>
/// <param name="FrameNs">... to the time that it was done, ns.</param>
/// <param name="DelayCounts">The delays by size.</param>
/// <param name="Jobs">Jobs of the build that ended in the window.</param>
/// <param name="JobsPerS">... in a second.</param>
/// <param name="IdleShare">Idle share of all CPUs in the window.</param>
internal sealed record FrameLoad(
    ulong PeriodNs, ulong WorkNs, ulong Frames, ulong MissedFrames, FramePercentiles DelayNs, FramePercentiles FrameNs,
    IReadOnlyList<FrameBucket> DelayCounts, ulong Jobs, double JobsPerS, double IdleShare)
{
    /// <summary>The shell line that runs the load.</summary>
    /// <param name="files">Where wd40-load is.</param>
    /// <param name="seconds">Measured window.</param>
    /// <param name="loopsPerUs">Speed of its work loop on a full machine: both schedulers get the same work.</param>
    public static string Command(string files, int seconds, double loopsPerUs) =>
        string.Create(CultureInfo.InvariantCulture, $"{files}/wd40-load frames --seconds {seconds} --loops-per-us {loopsPerUs}");

    /// <summary>Reads its report.</summary>
    /// <exception cref="FormatException">It is no such report, or one that says that the run does not count.</exception>
    public static FrameLoad Parse(string output)
    {
        try
        {
            using var report = JsonDocument.Parse(output);
            if (!report.RootElement.GetProperty("valid").GetBoolean())
            {
                string why = report.RootElement.TryGetProperty("error", out var error) ? error.GetString() ?? "" : "no reason given";
                throw new FormatException($"the frames do not count: {why}");
            }
            return report.RootElement.Deserialize(DemoJson.Default.FrameLoad)!;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new FormatException($"the load printed no report of frames but '{output}': {e.Message}", e);
        }
    }

    /// <summary>Part of the frames' times at which no new frame was done.</summary>
    public double MissedShare => Frames + MissedFrames > 0 ? (double)MissedFrames / (Frames + MissedFrames) : 0;
}

/// <summary>Percentiles by nearest rank, ns.</summary>
internal sealed record FramePercentiles(ulong P50, ulong P90, ulong P99, ulong Max);

/// <summary>How many delays are below a bound and not below the one before.</summary>
/// <param name="BelowNs">The bound, ns; null: none.</param>
/// <param name="Count">Delays.</param>
internal sealed record FrameBucket(ulong? BelowNs, ulong Count);
