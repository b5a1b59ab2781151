// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Schedulers.Statistics;

/// <summary>
/// One reading of all statistics, in buffers that are used again for each reading. What only grows stands in one array, so
/// that the difference to a client's previous reading is one loop.
/// </summary>
public sealed class StatsReading
{
    private enum Total { Idle, Cpu, TimeUsed, Requested, Count }

    private readonly ulong[] _totals;
    private readonly int _counters;
    private readonly int _domains;

    /// <summary>Allocates the buffers.</summary>
    public StatsReading(StatsShape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        Shape = shape;
        _counters = shape.Counters.Count;
        _domains = shape.Domains;
        _totals = new ulong[TotalsLength(shape)];
        DirectGreedyCpus = new ulong[shape.MaskWords];
        KickGreedyCpus = new ulong[shape.MaskWords];
        Domains = new DomainFigures[shape.Domains];
        Gauges = new ulong[shape.Gauges];
    }

    /// <summary>The dimensions it was made for.</summary>
    public StatsShape Shape { get; }

    /// <summary>Counters, summed over CPUs, in the order of the shape.</summary>
    public Span<ulong> Counters => _totals.AsSpan((int)Total.Count, _counters);

    /// <summary>Per domain: tasks taken from another domain.</summary>
    public Span<ulong> PulledIn => _totals.AsSpan((int)Total.Count + _counters, _domains);

    /// <summary>Per domain: tasks taken by another domain.</summary>
    public Span<ulong> PulledOut => _totals.AsSpan((int)Total.Count + _counters + _domains, _domains);

    /// <summary>Idle time, summed over CPUs, in ns.</summary>
    public ref ulong IdleNs => ref _totals[(int)Total.Idle];

    /// <summary>Time passed, summed over CPUs, in ns.</summary>
    public ref ulong CpuNs => ref _totals[(int)Total.Cpu];

    /// <summary>Time spent in tuner and balancer, in ns.</summary>
    public ref ulong TimeUsedNs => ref _totals[(int)Total.TimeUsed];

    /// <summary>Migrations requested.</summary>
    public ref ulong Requested => ref _totals[(int)Total.Requested];

    /// <summary>Wall clock of the reading, us since 1970.</summary>
    public ulong AtUs { get; set; }

    /// <summary>Wall clock of the last balance step, us since 1970; 0 before the first.</summary>
    public ulong BalancedAtUs { get; set; }

    /// <summary>Current slice, us.</summary>
    public ulong SliceUs { get; set; }

    /// <summary>Migrations requested and not answered yet.</summary>
    public ulong Pending { get; set; }

    /// <summary>Tasks that hold a slot.</summary>
    public ulong SlotsUsed { get; set; }

    /// <summary>CPUs that accept tasks of other domains at wake-up; bit n of word w is CPU 64 w + n.</summary>
    public ulong[] DirectGreedyCpus { get; }

    /// <summary>CPUs that may be kicked to come and pull.</summary>
    public ulong[] KickGreedyCpus { get; }

    /// <summary>Figures of the domains.</summary>
    public DomainFigures[] Domains { get; }

    /// <summary>Figures that are no totals, in an order of the source's own.</summary>
    public ulong[] Gauges { get; }

    /// <summary>Length of the array that <see cref="SubtractAndKeep"/> wants.</summary>
    internal static int TotalsLength(StatsShape shape) => (int)Total.Count + shape.Counters.Count + (2 * shape.Domains);

    /// <summary>Remembers the totals as a client's baseline.</summary>
    internal void Keep(Span<ulong> baseline) => _totals.CopyTo(baseline);

    /// <summary>Turns totals into differences to the baseline, and makes the totals the new baseline.</summary>
    internal void SubtractAndKeep(Span<ulong> baseline)
    {
        var totals = _totals.AsSpan();
        for (var i = 0; i < totals.Length; i++)
        {
            // A sum over CPUs is not read at one instant, and idle time is partly extrapolated: never below zero.
            var total = totals[i];
            totals[i] = total >= baseline[i] ? total - baseline[i] : 0;
            baseline[i] = total;
        }
    }
}
