// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime.Layout;
using Wd40.Schedulers.Statistics;

namespace Wd40.UnitTests.Statistics;

/// <summary>Statistics that a test sets.</summary>
internal sealed class FakeStatsSource : IStatsSource
{
    internal FakeStatsSource(int domains = 2, int nodes = 1, int maskWords = 1, IReadOnlyList<Counter>? counters = null)
    {
        string[] names =
        [
            .. StatsSchema.Dispatches, "repatriate", "kick_greedy", "load_balance", "task_get_err", "dl_clamp", "dl_preset", "keep", "untracked",
        ];
        Shape = new StatsShape(
            counters ?? [.. names.Select((name, index) => new Counter(name, 8 * index, "count", $"help of {name}", name))], maskWords, domains, nodes);
        Values = new StatsReading(Shape);
        for (var domain = 0; domain < domains; domain++)
            Values.Domains[domain].Node = domain * nodes / domains;
    }

    public StatsStruct Schema => StatsSchema.Create(Shape.Counters);

    public StatsShape Shape { get; }

    /// <summary>What the next reading returns; set before the server runs, or under <see cref="Change"/>.</summary>
    internal StatsReading Values { get; }

    internal int Reads { get; private set; }

    internal bool Fails { get; set; }

    internal void Change(Action<StatsReading> change)
    {
        lock (Values)
            change(Values);
    }

    internal void Count(string counter, ulong value) =>
        Change(values => values.Counters[Shape.Counters.Select(found => found.Name).ToList().IndexOf(counter)] = value);

    public void Read(StatsReading reading)
    {
        lock (Values)
        {
            if (Fails)
                throw new InvalidOperationException("the source fails");
            Reads++;
            Values.Counters.CopyTo(reading.Counters);
            Values.PulledIn.CopyTo(reading.PulledIn);
            Values.PulledOut.CopyTo(reading.PulledOut);
            reading.IdleNs = Values.IdleNs;
            reading.CpuNs = Values.CpuNs;
            reading.TimeUsedNs = Values.TimeUsedNs;
            reading.Requested = Values.Requested;
            reading.AtUs = Values.AtUs;
            reading.BalancedAtUs = Values.BalancedAtUs;
            reading.SliceUs = Values.SliceUs;
            reading.Pending = Values.Pending;
            reading.SlotsUsed = Values.SlotsUsed;
            Values.DirectGreedyCpus.CopyTo(reading.DirectGreedyCpus, 0);
            Values.KickGreedyCpus.CopyTo(reading.KickGreedyCpus, 0);
            Values.Domains.CopyTo(reading.Domains, 0);
        }
    }
}
