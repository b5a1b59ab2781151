// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime;
using Wd40.ArenaRuntime.Layout;
using Wd40.Schedulers.Statistics;
using Gauge = Wd40.Schedulers.UserSpace.PolicyStatsSchema.Gauge;

namespace Wd40.Schedulers.UserSpace;

/// <summary>Statistics of the user-space core, read from the arena: the thread that decides has no part in it.</summary>
internal sealed class RingStatsSource : IStatsSource
{
    private static readonly string[] _ends = ["applied", "cancelled", "dead", "rescued"];

    private readonly Arena _arena;
    private readonly WdLayout _layout;
    private readonly WdUserLayout _rings;
    private readonly ulong _cpus;
    private readonly int[] _words;
    private readonly int _stride, _queued;
    private readonly int[] _endIndices;
    private readonly ProcessFigures _process;
    private ulong _faultsBefore;

    /// <summary>Prepares reading.</summary>
    /// <param name="arena">The arena; it must outlive the source.</param>
    /// <param name="layout">Where its parts are.</param>
    /// <param name="cpus">CPUs that are online.</param>
    /// <param name="process">Page faults of this process.</param>
    internal RingStatsSource(Arena arena, ArenaLayout layout, ulong cpus, ProcessFigures process)
    {
        (_arena, _layout, _rings, _cpus, _process) = (arena, layout.ToStruct(), layout.Rings, cpus, process);
        var counters = WdUserStats.Counters;
        _stride = (int)LayoutTable.Structs.Single(found => found.Name == "wd_user_stats").Size / sizeof(ulong);
        _words = [.. counters.Select(counter => counter.Offset / sizeof(ulong))];
        var names = counters.Select(counter => counter.Name).ToList();
        _queued = names.IndexOf("queued");
        _endIndices = [.. _ends.Select(name => names.IndexOf(name))];
        Schema = PolicyStatsSchema.Create(counters);
        Shape = new StatsShape(counters, 1, 0, 0, (int)Gauge.Count);
    }

    /// <inheritdoc/>
    public StatsShape Shape { get; }

    /// <inheritdoc/>
    public StatsStruct Schema { get; }

    /// <summary>Page faults count from here.</summary>
    internal void ResetPageFaults() => Volatile.Write(ref _faultsBefore, Faults());

    /// <inheritdoc/>
    public void Read(StatsReading reading)
    {
        reading.AtUs = (ulong)((DateTime.UtcNow - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);
        var gauges = reading.Gauges;
        // Ends before beginnings: what is handed over meanwhile counts as waiting, and none less than waits.
        ReadCounters(reading.Counters);
        ulong ended = 0;
        foreach (var index in _endIndices)
            ended += reading.Counters[index];
        gauges[(int)Gauge.Cpus] = _cpus;
        gauges[(int)Gauge.Waiting] = Difference(reading.Counters[_queued], ended);
        gauges[(int)Gauge.PageFaults] = Difference(Faults(), Volatile.Read(ref _faultsBefore));
        ReadRings(gauges);
        ReadSlots(gauges);
    }

    private static ulong Difference(ulong from, ulong what) => from > what ? from - what : 0;

    private ulong Faults()
    {
        var (minor, major) = _process.PageFaults();
        return (ulong)(minor + major);
    }

    private void ReadCounters(Span<ulong> sums)
    {
        sums.Clear();
        var words = _arena.Span<ulong>(_rings.UserStats, (ulong)_stride * _layout.NrCpuIds);
        for (var first = 0; first < (int)words.Length; first += _stride)
        {
            for (var i = sums.Length - 1; i >= 0; i--)
                sums[i] += Volatile.Read(ref words[first + _words[i]]);
        }
    }

    private void ReadRings(ulong[] gauges)
    {
        ref var exchange = ref _arena.Ref<WdExchange>(_rings.Exchange);
        gauges[(int)Gauge.Scheduled] = Volatile.Read(ref exchange.Pending);
        gauges[(int)Gauge.Takeovers] = Difference(Volatile.Read(ref exchange.Epoch), 1);
        gauges[(int)Gauge.Turns] = Volatile.Read(ref exchange.Beat);
        gauges[(int)Gauge.TakenOver] = Volatile.Read(ref exchange.Mode);
        ulong queued = 0, running = 0;
        foreach (ref var ring in _arena.Span<WdQueuedRing>(_rings.QueuedRings, _layout.NrCpuIds))
            queued += Math.Min(Difference(Volatile.Read(ref ring.Tail), Volatile.Read(ref ring.Head)), WdConstants.QueuedRing);
        foreach (ref var cpu in _arena.Span<WdUserStats>(_rings.UserStats, _layout.NrCpuIds))
            running += Volatile.Read(ref cpu.Running);
        gauges[(int)Gauge.Queued] = queued;
        gauges[(int)Gauge.Running] = running;
    }

    private void ReadSlots(ulong[] gauges)
    {
        ulong allocated = 0, freed = 0, untracked = 0;
        foreach (ref var cpu in _arena.Span<WdStats>(_layout.Stats, _layout.NrCpuIds))
        {
            allocated += Volatile.Read(ref cpu.SlotsAllocated);
            freed += Volatile.Read(ref cpu.SlotsFreed);
            untracked += Volatile.Read(ref cpu.Untracked);
        }
        gauges[(int)Gauge.Slots] = Difference(allocated, freed);
        gauges[(int)Gauge.Untracked] = untracked;
    }
}
