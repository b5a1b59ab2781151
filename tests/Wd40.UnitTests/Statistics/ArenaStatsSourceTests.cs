// SPDX-License-Identifier: GPL-2.0-only
using System.Numerics;
using Wd40.ArenaRuntime;
using Wd40.ArenaRuntime.Layout;
using Wd40.Schedulers;
using Wd40.Schedulers.Statistics;

namespace Wd40.UnitTests.Statistics;

/// <summary>Statistics read from an arena in anonymous memory.</summary>
internal sealed class ArenaStatsSourceTests
{
    private const ulong LoadUnit = 100ul << 20;
    private Arena _arena = null!;
    private WdLayout _layout;
    private LoopFigures _loop = null!;
    private ArenaStatsSource _source = null!;
    private StatsReading _reading = null!;

    [SetUp]
    public void Create()
    {
        var layout = new ArenaLayout(nrCpuIds: 70, nrDomains: 3, nrNodes: 2, maxTasks: 256);
        _layout = layout.ToStruct();
        _arena = Arena.Anonymous(layout.Size);
        var domains = _arena.Span<WdDomain>(_layout.Domains, 3);
        for (var i = 0; i < 3; i++)
        {
            domains[i].Node = (uint)i / 2;
            domains[i].NrCpus = 2;
        }
        domains[0].Cpus[0] = 0b11;
        domains[1].Cpus[0] = 0b1100;
        domains[2].Cpus[1] = 0b110000;
        _loop = new LoopFigures();
        _source = new ArenaStatsSource(_arena, _layout, _loop);
        _reading = new StatsReading(_source.Shape);
    }

    [TearDown]
    public void Free() => _arena.Dispose();

    [Test]
    public void Counters_are_summed_over_cpus()
    {
        var stats = _arena.Span<WdStats>(_layout.Stats, _layout.NrCpuIds);
        stats[0].WakeSync = 1;
        stats[69].WakeSync = 10;
        stats[3].Bounded = 5;
        stats[3].SlotsAllocated = 9;
        stats[4].SlotsFreed = 4;
        _source.Read(_reading);
        ulong Counter(string name) => _reading.Counters[_source.Shape.Counters.Select(counter => counter.Name).ToList().IndexOf(name)];
        Assert.That(Counter("wake_sync"), Is.EqualTo(11));
        Assert.That(Counter("bounded"), Is.EqualTo(5));
        Assert.That(Counter("pinned"), Is.Zero);
        Assert.That(_reading.SlotsUsed, Is.EqualTo(5));
    }

    [Test]
    public void Every_counter_of_the_header_is_exported()
    {
        var fields = StatsSchema.Create(WdStats.Counters).Fields;
        foreach (var counter in WdStats.Counters)
            Assert.That(fields.Count(field => field.Description.StartsWith(counter.Help, StringComparison.Ordinal)), Is.EqualTo(1), counter.Name);
        Assert.That(fields.Select(field => field.Name), Is.Unique);
    }

    [Test]
    public void Domains_and_masks_come_from_their_lines()
    {
        ref var tunables = ref _arena.Ref<WdTunables>(_layout.Tunables);
        (tunables.DirectGreedy, tunables.KickGreedy, tunables.SliceMin, tunables.SliceMax) = (0b101, 0b010, 1_000_000, 20_000_000);
        ref var domain = ref _arena.Span<WdDomain>(_layout.Domains, 3)[1];
        (domain.Load, domain.Imbalance, domain.Delta, domain.PulledIn, domain.Slice) =
            (3 * LoadUnit / 2, -(long)LoadUnit, (long)LoadUnit / 4, 7, 5_000_000);
        _source.Read(_reading);
        Assert.That(_reading.Domains[1].Load, Is.EqualTo(1.5));
        Assert.That(_reading.Domains[1].Imbalance, Is.EqualTo(-1));
        Assert.That(_reading.Domains[1].Delta, Is.EqualTo(0.25));
        Assert.That(_reading.Domains[1].SliceUs, Is.EqualTo(5000));
        Assert.That(_reading.PulledIn[1], Is.EqualTo(7));
        Assert.That(_reading.Domains.Select(found => found.Node), Is.EqualTo([0, 0, 1]));
        Assert.That(_reading.DirectGreedyCpus, Is.EqualTo([0b11ul, 0b110000ul]));
        Assert.That(_reading.KickGreedyCpus, Is.EqualTo([0b1100ul, 0ul]));
        Assert.That(_reading.SliceUs, Is.EqualTo(20_000));
        tunables.Full = 1;
        _source.Read(_reading);
        Assert.That(_reading.SliceUs, Is.EqualTo(1000));
    }

    [Test]
    public void Idle_time_runs_on_while_a_cpu_is_idle()
    {
        var cpus = _arena.Span<WdCpu>(_layout.Cpus, _layout.NrCpuIds);
        cpus[0].Clock = 1000;
        cpus[1].Clock = 900;
        cpus[1].Idle = WdConstants.CpuIdle | (900 - 100);
        _source.Read(_reading);
        Assert.That(_reading.IdleNs, Is.EqualTo(200), "100 before and 100 since it became idle");
        Assert.That(_reading.CpuNs, Is.Zero, "time counts from the first reading");
        cpus[0].Clock = 5000;
        _source.Read(_reading);
        Assert.That(_reading.IdleNs, Is.EqualTo(4200));
        Assert.That(_reading.CpuNs, Is.EqualTo(2 * 4000));
        cpus[1].Idle = 4300;
        _source.Read(_reading);
        Assert.That(_reading.IdleNs, Is.EqualTo(4300));
    }

    [Test]
    public void Loop_figures_are_passed_on()
    {
        _loop.TimeUsedNs = 3_000_000;
        _loop.Balanced(1234, 5, 2);
        _loop.Balanced(2345, 1, 3);
        _source.Read(_reading);
        Assert.That(_reading.TimeUsedNs, Is.EqualTo(3_000_000));
        Assert.That(_reading.BalancedAtUs, Is.EqualTo(2345));
        Assert.That(_reading.Requested, Is.EqualTo(6));
        Assert.That(_reading.Pending, Is.EqualTo(3));
    }

    [Test]
    public void Any_bits_in_the_arena_give_an_answer_without_null()
    {
        var random = new Random(1);
        var words = _arena.Span<ulong>(0, _layout.Size / sizeof(ulong));
        for (nuint i = 0; i < words.Length; i++)
            words[i] = (ulong)random.NextInt64() ^ BitOperations.RotateLeft((ulong)random.NextInt64(), 32);
        using var responder = new StatsResponder(_source, _loop, new StatsIdentity("wd40", "1", "wd40", "6.18"));
        var baseline = new StatsBaseline(_source.Shape);
        for (var i = 0; i < 2; i++)
        {
            var answer = System.Text.Encoding.UTF8.GetString(responder.Answer("{\"req\":\"stats\"}"u8, baseline));
            Assert.That(answer, Does.StartWith("{\"errno\":0,").And.Not.Contain("null").And.Not.Contain("NaN"));
            Assert.That(answer.Length, Is.LessThanOrEqualTo(responder.MaxAnswerBytes));
        }
    }

    [Test]
    public void Reading_allocates_nothing()
    {
        _source.Read(_reading);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            _source.Read(_reading);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }
}
