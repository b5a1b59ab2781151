// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime;
using Wd40.ArenaRuntime.Layout;

namespace Wd40.Schedulers.Statistics;

/// <summary>
/// Statistics of an arena: live, anonymous or a snapshot. Reads with plain loads while others write; every word is read on its own and
/// bounded where it is an index, so a figure may be a moment old but nothing it holds can do harm.
/// </summary>
public sealed class ArenaStatsSource : IStatsSource
{
    private const int WordBits = 64;

    /// <summary>Loads in the arena: 100 x 2^20 for one always-runnable nice-0 task.</summary>
    private const double LoadUnit = (double)WdConstants.WeightDefault * WdConstants.RavgOne;

    private readonly Arena _arena;
    private readonly WdLayout _layout;
    private readonly LoopFigures _loop;
    private readonly int[] _counterWords;
    private readonly int _counterStride;
    private readonly int _slotsAllocated;
    private readonly int _slotsFreed;
    private ulong _firstClock;

    /// <summary>Prepares reading; the header, the domains and the tunables must have been written.</summary>
    /// <param name="arena">The arena; it must outlive the source.</param>
    /// <param name="layout">Where its parts are.</param>
    /// <param name="loop">Figures of the main loop.</param>
    public ArenaStatsSource(Arena arena, WdLayout layout, LoopFigures loop)
    {
        ArgumentNullException.ThrowIfNull(arena);
        ArgumentNullException.ThrowIfNull(loop);
        _arena = arena;
        _layout = layout;
        _loop = loop;
        var counters = WdStats.Counters;
        _counterStride = (int)LayoutTable.Structs.Single(found => found.Name == "wd_stats").Size / sizeof(ulong);
        _counterWords = [.. counters.Select(counter => counter.Offset / sizeof(ulong))];
        var names = counters.Select(counter => counter.Name).ToList();
        _slotsAllocated = names.IndexOf("slots_allocated");
        _slotsFreed = names.IndexOf("slots_freed");
        Schema = StatsSchema.Create(counters);
        Shape = new StatsShape(counters, ((int)layout.NrCpuIds + WordBits - 1) / WordBits, (int)layout.NrDomains, (int)layout.NrNodes);
    }

    /// <inheritdoc/>
    public StatsShape Shape { get; }

    /// <inheritdoc/>
    public StatsStruct Schema { get; }

    /// <inheritdoc/>
    public void Read(StatsReading reading)
    {
        ArgumentNullException.ThrowIfNull(reading);
        reading.AtUs = (ulong)((DateTime.UtcNow - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);
        reading.BalancedAtUs = _loop.BalancedAtUs;
        reading.TimeUsedNs = _loop.TimeUsedNs;
        reading.Requested = _loop.Requested;
        reading.Pending = _loop.Pending;
        ReadCounters(reading.Counters);
        reading.SlotsUsed = Math.Max(reading.Counters[_slotsAllocated], reading.Counters[_slotsFreed]) - reading.Counters[_slotsFreed];
        ReadDomains(reading);
        ReadCpuTime(reading);
    }

    private void ReadCounters(Span<ulong> sums)
    {
        sums.Clear();
        var words = _arena.Span<ulong>(_layout.Stats, (ulong)_counterStride * _layout.NrCpuIds);
        for (var first = 0; first < (int)words.Length; first += _counterStride)
        {
            for (var i = 0; i < sums.Length; i++)
                sums[i] += Volatile.Read(ref words[first + _counterWords[i]]);
        }
    }

    private void ReadDomains(StatsReading reading)
    {
        ref var tunables = ref _arena.Ref<WdTunables>(_layout.Tunables);
        var direct = Volatile.Read(ref tunables.DirectGreedy);
        var kick = Volatile.Read(ref tunables.KickGreedy);
        reading.SliceUs = (Volatile.Read(ref tunables.Full) != 0 ? tunables.SliceMin : tunables.SliceMax) / WdConstants.Usec;
        Array.Clear(reading.DirectGreedyCpus);
        Array.Clear(reading.KickGreedyCpus);
        var domains = _arena.Span<WdDomain>(_layout.Domains, _layout.NrDomains);
        for (var i = 0; i < (int)domains.Length; i++)
        {
            ref var domain = ref domains[i];
            reading.PulledIn[i] = Volatile.Read(ref domain.PulledIn);
            reading.PulledOut[i] = Volatile.Read(ref domain.PulledOut);
            reading.Domains[i] = new DomainFigures
            {
                Load = Volatile.Read(ref domain.Load) / LoadUnit,
                Imbalance = Volatile.Read(ref domain.Imbalance) / LoadUnit,
                Delta = Volatile.Read(ref domain.Delta) / LoadUnit,
                SliceUs = Volatile.Read(ref domain.Slice) / WdConstants.Usec,
                Cpus = domain.NrCpus,
                Node = (int)Math.Min(domain.Node, _layout.NrNodes - 1),
            };
            Span<ulong> cpus = domain.Cpus;
            if ((direct >> i & 1) != 0)
                Add(cpus, reading.DirectGreedyCpus);
            if ((kick >> i & 1) != 0)
                Add(cpus, reading.KickGreedyCpus);
        }
    }

    private static void Add(ReadOnlySpan<ulong> cpus, ulong[] mask)
    {
        for (var word = 0; word < mask.Length; word++)
            mask[word] |= cpus[word];
    }

    /// <summary>
    /// The newest clock of any CPU is the present: an idle CPU publishes none. If all are idle time stands still, and with it the share
    /// that was busy.
    /// </summary>
    private void ReadCpuTime(StatsReading reading)
    {
        var cpus = _arena.Span<WdCpu>(_layout.Cpus, _layout.NrCpuIds);
        ulong now = 0;
        foreach (ref var cpu in cpus)
            now = Math.Max(now, Volatile.Read(ref cpu.Clock));
        if (_firstClock == 0)
            _firstClock = now;
        ulong online = 0, idle = 0;
        foreach (ref var cpu in cpus)
        {
            if (cpu.Clock == 0)
                continue;
            online++;
            var word = Volatile.Read(ref cpu.Idle);
            var value = word & ~WdConstants.CpuIdle;
            idle += (word & WdConstants.CpuIdle) == 0 ? value : now - Math.Min(now, value);
        }
        reading.IdleNs = idle;
        reading.CpuNs = online * (now - _firstClock);
    }
}
