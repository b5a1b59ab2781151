// SPDX-License-Identifier: GPL-2.0-only
using System.Numerics;
using Wd40.ArenaRuntime;
using Wd40.ArenaRuntime.Layout;
using Wd40.Schedulers;
using Wd40.Schedulers.Statistics;
using Wd40.Schedulers.UserSpace;

namespace Wd40.UnitTests.Statistics;

/// <summary>Statistics of the user-space core, read from an arena in anonymous memory.</summary>
internal sealed class RingStatsSourceTests
{
    private const uint Cpus = 70;

    /// <summary>Names of scx_rustland 1.1 in its order: other programs read them.</summary>
    private static readonly string[] _established =
    [
        "nr_cpus", "nr_running", "nr_queued", "nr_scheduled", "nr_page_faults", "nr_user_dispatches", "nr_kernel_dispatches", "nr_cancel_dispatches",
        "nr_bounce_dispatches", "nr_failed_dispatches", "nr_sched_congested",
    ];

    private readonly ArenaLayout _layout = new(Cpus, 1, 1, 256, withRings: true);
    private Arena _arena = null!;
    private ProcessFigures _process = null!;
    private RingStatsSource _source = null!;
    private StatsReading _reading = null!;

    [SetUp]
    public void Create()
    {
        _arena = Arena.Anonymous(_layout.Size);
        _process = new ProcessFigures();
        _source = new RingStatsSource(_arena, _layout, 68, _process);
        _reading = new StatsReading(_source.Shape);
    }

    [TearDown]
    public void Free()
    {
        _arena.Dispose();
        _process.Dispose();
    }

    [Test]
    public void Names_are_the_established_ones_and_then_its_own_and_none_comes_twice()
    {
        var names = _source.Schema.Fields.Select(field => field.Name).ToArray();
        Assert.Multiple(() =>
        {
            Assert.That(names.Take(_established.Length), Is.EqualTo(_established));
            Assert.That(names, Is.Unique);
            Assert.That(_source.Schema.Fields.Select(field => field.Description), Is.All.Not.Empty);
        });
    }

    [Test]
    public void Every_counter_of_the_header_is_exported()
    {
        // A number of its own for each counter.
        for (var i = 0; i < WdUserStats.Counters.Count; i++)
            _arena.Ref<ulong>(_layout.Rings.UserStats + (ulong)WdUserStats.Counters[i].Offset) = 1000UL + (ulong)i;
        var answer = Answer();
        for (var i = 0; i < WdUserStats.Counters.Count; i++)
            Assert.That(answer, Does.Contain($":{1000 + i},").Or.Contain($":{1000 + i}}}"), WdUserStats.Counters[i].Name);
    }

    [Test]
    public void Counters_are_summed_over_cpus_and_what_has_not_come_back_waits()
    {
        var stats = Stats();
        (stats[0].Queued, stats[69].Queued) = (10, 20);
        (stats[1].Applied, stats[2].Cancelled, stats[3].Dead, stats[69].Rescued) = (9, 5, 4, 6);
        (stats[0].Running, stats[69].Running) = (1, 1);
        var answer = Answer();
        Assert.That(answer, Does.Contain("\"nr_handed_over\":30").And.Contain("\"nr_user_dispatches\":9").And.Contain("\"nr_waiting\":6").And.Contain("\"nr_running\":2"));
    }

    [Test]
    public void Gauges_come_from_the_rings_and_the_exchange()
    {
        ref var exchange = ref _arena.Ref<WdExchange>(_layout.Rings.Exchange);
        (exchange.Pending, exchange.Beat, exchange.Epoch, exchange.Mode) = (12, 345, 3, (uint)WdCustodyMode.TakenOver);
        var rings = _arena.Span<WdQueuedRing>(_layout.Rings.QueuedRings, Cpus);
        (rings[0].Tail, rings[0].Head, rings[69].Tail, rings[69].Head) = (700, 697, 5, 3);
        var slots = _arena.Span<WdStats>(_layout.Stats, Cpus);
        (slots[0].SlotsAllocated, slots[5].SlotsFreed, slots[69].Untracked) = (50, 8, 7);
        var answer = Answer();
        Assert.Multiple(() =>
        {
            Assert.That(answer, Does.Contain("\"nr_scheduled\":12").And.Contain("\"nr_turns\":345").And.Contain("\"nr_queued\":5"));
            // The first takeover is the start itself.
            Assert.That(answer, Does.Contain("\"nr_takeovers\":2").And.Contain("\"taken_over\":1"));
            Assert.That(answer, Does.Contain("\"nr_slots_used\":42").And.Contain("\"nr_untracked\":7").And.Contain("\"nr_cpus\":68"));
        });
    }

    [Test]
    public void Page_faults_count_from_the_moment_it_attached()
    {
        _source.ResetPageFaults();
        _source.Read(_reading);
        var before = _reading.Gauges[(int)PolicyStatsSchema.Gauge.PageFaults];
        var pages = new byte[64 << 20];
        for (var i = 0; i < pages.Length; i += 4096)
            pages[i] = 1;
        _source.Read(_reading);
        Assert.That(before, Is.LessThan(1000), "those of the process since its start are more");
        Assert.That(_reading.Gauges[(int)PolicyStatsSchema.Gauge.PageFaults], Is.GreaterThan(before));
    }

    [Test]
    public void Any_bits_in_the_arena_give_an_answer()
    {
        var random = new Random(1);
        var words = _arena.Span<ulong>(0, _layout.Size / sizeof(ulong));
        for (nuint i = 0; i < words.Length; i++)
            words[i] = (ulong)random.NextInt64() ^ BitOperations.RotateLeft((ulong)random.NextInt64(), 32);
        Assert.That(Answer(), Does.StartWith("{\"errno\":0,").And.Not.Contain("null"));
        Assert.That(_reading.Gauges[(int)PolicyStatsSchema.Gauge.Queued], Is.LessThanOrEqualTo(Cpus * (ulong)WdConstants.QueuedRing));
    }

    [Test]
    public void Reading_allocates_nothing()
    {
        _source.Read(_reading);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
            _source.Read(_reading);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    private ArenaSpan<WdUserStats> Stats() => _arena.Span<WdUserStats>(_layout.Rings.UserStats, Cpus);

    /// <summary>What a client is told that asks for totals.</summary>
    private string Answer()
    {
        _source.Read(_reading);
        using var responder = new StatsResponder(_source, new LoopFigures(), new StatsIdentity("rustland", "1", "rustland", "6.18"));
        return System.Text.Encoding.UTF8.GetString(
            responder.Answer("{\"req\":\"stats\",\"args\":{\"target\":\"top\",\"mode\":\"total\"}}"u8, new StatsBaseline(_source.Shape)));
    }
}
