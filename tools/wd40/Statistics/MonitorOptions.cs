// SPDX-License-Identifier: GPL-2.0-only
using Wd40.Schedulers;

namespace Wd40.Tool.Statistics;

/// <summary>What a monitor asks, how often, and what it makes of the answers.</summary>
/// <param name="Seconds">Interval.</param>
/// <param name="StatsPath">The server's socket.</param>
public sealed record MonitorOptions(double Seconds, string StatsPath)
{
    /// <summary>What <see cref="OpenMetricsPath"/> is for standard output.</summary>
    public const string StandardOutput = "-";

    /// <summary>One JSON object per line instead of text.</summary>
    public bool Json { get; init; }

    /// <summary>File that receives OpenMetrics text instead, replaced at each interval; null: lines on standard output.</summary>
    public string? OpenMetricsPath { get; init; }

    /// <summary>The statistics options of a scheduler's command line, with the interval of --stats or --monitor.</summary>
    public static MonitorOptions From(Wd40Options options, double seconds)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new MonitorOptions(seconds, options.StatsPath) { Json = options.Json, OpenMetricsPath = options.OpenMetricsPath };
    }
}
