// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Schedulers.Statistics;

/// <summary>Where statistics come from: a live arena, or made-up values in a test.</summary>
public interface IStatsSource
{
    /// <summary>How many counters, CPUs, domains and nodes there are; fixed while the source lives.</summary>
    StatsShape Shape { get; }

    /// <summary>What the figures are called and how they are worked out.</summary>
    StatsStruct Schema { get; }

    /// <summary>Reads everything, counters as totals since start. Called on the serving thread; must not allocate or wait.</summary>
    /// <param name="reading">Receives the values; made for <see cref="Shape"/>.</param>
    void Read(StatsReading reading);
}
