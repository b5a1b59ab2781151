// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Schedulers.Statistics;

/// <summary>What a request line asks for.</summary>
internal enum StatsRequestKind
{
    /// <summary>The line cannot be answered; <see cref="StatsRequest.Error"/> says why.</summary>
    Refused,

    /// <summary>Differences to the previous request of the client.</summary>
    Stats,

    /// <summary>Totals since start.</summary>
    StatsTotal,

    /// <summary>Description of the statistics.</summary>
    Metadata,

    /// <summary>Who is serving.</summary>
    Version,

    /// <summary>How the process is doing.</summary>
    Health,

    /// <summary>The settings in force, after changes if the line asks for any.</summary>
    Tune,
}

/// <summary>A parsed request line.</summary>
/// <param name="Kind">What it asks for.</param>
/// <param name="Error">Text of the error answer; null unless refused.</param>
internal readonly record struct StatsRequest(StatsRequestKind Kind, string? Error = null)
{
    internal static StatsRequest Refuse(string error) => new(StatsRequestKind.Refused, error);
}
