// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Schedulers.Statistics;

/// <summary>What a client saw last.</summary>
internal sealed class StatsBaseline(StatsShape shape)
{
    /// <summary>Whether the client has asked before.</summary>
    internal bool IsOpen { get; set; }

    /// <summary>Totals at the client's last request.</summary>
    internal ulong[] Totals { get; } = new ulong[StatsReading.TotalsLength(shape)];
}
