// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime;
using Wd40.ArenaRuntime.Layout;
using Wd40.Policies;
using Wd40.Schedulers;

namespace Wd40.HostTests;

/// <summary>Both rings of the user-space core with BPF programs at their other ends (arena-bpf/bench/rings.bpf.c): what the benchmark of the rings times.</summary>
[TestFixture]
public sealed class RingTests
{
    private const int Cpus = 4, Slots = 1024, Batch = 1000, Way = 2;

    private LoadedObject _loaded = null!;
    private PolicyRings _rings = null!;
    private WdUserLayout _layout;

    private Arena Arena => _loaded.Arena ?? throw new InvalidOperationException("the object has no arena");

    private ref WdDecisionRing Decisions => ref Arena.Ref<WdDecisionRing>(_layout.DecisionRing);

    [SetUp]
    public void Load()
    {
        var parts = new ArenaLayout(Cpus, 1, 1, Slots, withRings: true);
        _layout = parts.Rings;
        using var linked = new Composition("rings", [Shipped.Object("bench/rings"), Shipped.Object("arena/table")]).Link();
        using var open = linked.Open();
        open.SetArenaSize(parts.Size);
        open.SetVariable("wd_layout", parts.ToStruct());
        open.SetVariable("wd_user_layout", parts.Rings);
        _loaded = open.Load();
        Arena.Populate();
        _rings = new PolicyRings(Arena, parts.Rings, Slots, Cpus);
        var order = Enumerable.Range(1, Slots - 1).Select(slot => (uint)slot).ToArray();
        new Random(1).Shuffle(order);
        order.CopyTo(_loaded.Variables<uint>("rings_order"));
        _loaded.Variables<uint>("rings_weight").Fill(WdConstants.WeightDefault);
    }

    [TearDown]
    public void Unload() => _loaded.Dispose();

    /// <summary>Every decision is about the last queueing of its task, one of each task comes, and they come in the order of their keys.</summary>
    [Test]
    public void Every_task_goes_up_and_its_decision_comes_back_in_order()
    {
        var policy = new PolicyRegistry().Find("deadline").Create<ArenaPort>(new Dictionary<string, ulong>(), Slots);
        var port = new ArenaPort(_rings, Cpus);
        // The decision ring goes round, and each of the others does so too.
        for (var batch = 1; batch <= 20; batch++)
        {
            Run("rings_up_arena", Batch);
            Assert.That(_rings.BeginTurn(), Is.False);
            port.BeginStep();
            policy.Step(ref port);
            _rings.EndTurn(policy.Pending);
            Assert.That(policy.Pending, Is.Zero, "all are decided about");
            Run("rings_down_arena", Batch);
            Assert.That((Of("rings_applied"), Of("rings_refused"), Of("rings_disorder"), Of("rings_failed")), Is.EqualTo(((ulong)Batch, 0ul, 0ul, 0ul)), $"batch {batch}");
        }
        Assert.That((Decisions.Head, Decisions.Tail), Is.EqualTo((20ul * Batch, 20ul * Batch)));
        foreach (ref var ring in Arena.Span<WdQueuedRing>(_layout.QueuedRings, Cpus))
            Assert.That((ring.Head, ring.Tail), Is.EqualTo((20ul * Batch / Cpus, 20ul * Batch / Cpus)));
    }

    /// <summary>A token of an earlier queueing counts neither on the way up, where its record says so, nor on the way down.</summary>
    [Test]
    public void What_is_out_of_date_counts_neither_up_nor_down()
    {
        Run("rings_up_arena", 400);
        Run("rings_up_arena", 400);
        var whole = new List<(int Slot, uint Sequence)>();
        var taken = 0;
        while (_rings.TryTake(out var slot, out var sequence))
        {
            taken++;
            if (_rings.IsWhole(slot, sequence))
                whole.Add((slot, sequence));
        }
        Assert.That((taken, whole.Count), Is.EqualTo((800, 400)));
        foreach (var (slot, sequence) in whole)
        {
            Assert.That(_rings.TryDecide(slot, sequence - 1), Is.True);
            Assert.That(_rings.TryDecide(slot, sequence), Is.True);
        }
        _rings.EndTurn(0);
        Run("rings_down_arena", 800);
        Assert.That((Of("rings_applied"), Of("rings_refused")), Is.EqualTo((400ul, 400ul)));
    }

    /// <summary>
    /// A record has the number that its task has now: a thread that calls exec takes that of its process's first one, and a decision about it would
    /// be one about nobody for as long as the record had the old one.
    /// </summary>
    [Test]
    public void A_record_has_the_number_that_the_task_has_when_it_is_queued()
    {
        Run("rings_up_arena", 1);
        Assert.That(_rings.TryTake(out var slot, out _), Is.True);
        ref var queued = ref _rings.Slot(slot).Queued;
        var number = queued.Tid;
        queued.Tid = number + 1;
        Run("rings_up_arena", 1);
        Assert.That(queued.Tid, Is.EqualTo(number));
        Assert.That(number, Is.Positive);
    }

    private void Run(string program, int count)
    {
        var arguments = new RingArguments(Way, (ulong)count);
        Assert.That(_loaded.Run(program, ref arguments), Is.Zero);
    }

    private ulong Of(string variable) => _loaded.Variables<ulong>(variable)[Way];

    /// <summary>struct rings_args.</summary>
    private record struct RingArguments(ulong Way, ulong Count);
}
