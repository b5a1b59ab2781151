// SPDX-License-Identifier: GPL-2.0-only
using System.Numerics;
using Wd40.ArenaRuntime.Layout;

namespace Wd40.HostTests.Library;

/// <summary>The task table under load and step by step: nobody gets what somebody else has, nothing gets lost.</summary>
[TestFixture]
public sealed class SlotTableTests
{
    private static readonly string[] _mustBeZero =
        ["slots_twice", "slots_stolen", "slots_not_odd", "slots_not_newer", "slots_outside", "slots_not_live", "slots_not_clear", "slots_lost"];

    [TestCase(64u, 6, 4u, TestName = "never full")]
    [TestCase(64u, 12, 16u, TestName = "often full")]
    [TestCase(4096u, 16, 256u, TestName = "large table, filled to the brim")]
    [TestCase(4u, 8, 2u, TestName = "three slots for eight threads")]
    public void Concurrent_threads_share_the_table(uint maxTasks, int threads, uint held)
    {
        const ulong operations = 400_000;
        using var host = HostObject.Load(maxTasks, [Shipped.Object("tests/slots")]);
        var workers = Enumerable.Range(0, threads).Select(thread => new Thread(() =>
            host.Run("slots_churn", new SlotsArgs((ulong)thread, 0x9e3779b97f4a7c15ul * (ulong)(thread + 1), operations, held)))).ToArray();
        Array.ForEach(workers, worker => worker.Start());
        Array.ForEach(workers, worker => worker.Join());
        var full = host.Word("slots_full");

        for (var thread = 0; thread < threads; thread++)
            host.Run("slots_drain", new SlotsArgs((ulong)thread, 0, 0, 0));
        using (Assert.EnterMultipleScope())
        {
            foreach (var counter in _mustBeZero)
                Assert.That(host.Word(counter), Is.Zero, counter);
            Assert.That(host.Word("slots_allocated"), Is.GreaterThan(operations / 8), "too little was done");
            Assert.That(host.Word("slots_allocated"), Is.EqualTo(host.Word("slots_freed")), "count in and count out");
            if (held * threads < maxTasks)
                Assert.That(full, Is.Zero, "the table cannot have been full");
            else if (held * threads > 2 * maxTasks)
                Assert.That(full, Is.Positive, "the table must have been full at times");
        }
        RequireWholeFreeList(host);
    }

    [Test]
    public void Full_table_says_so_and_recovers()
    {
        using var host = HostObject.Load(16, [Shipped.Object("tests/slots")]);
        var ids = Enumerable.Range(0, 15).Select(_ => Allocate(host)).ToArray();

        Assert.That(ids.Select(SlotOf), Is.Unique.And.All.InRange(1u, 15u));
        Assert.That(Allocate(host), Is.EqualTo((ulong)WdConstants.NoSlot));
        Assert.That(Free(host, ids[7]), Is.Zero);
        var again = Allocate(host);
        Assert.That(SlotOf(again), Is.EqualTo(SlotOf(ids[7])));
        Assert.That(GenerationOf(again), Is.EqualTo(GenerationOf(ids[7]) + 2));
        Assert.That(Allocate(host), Is.EqualTo((ulong)WdConstants.NoSlot));
    }

    [Test]
    public void Generation_is_odd_while_live_and_even_while_free()
    {
        using var host = HostObject.Load(16, [Shipped.Object("tests/slots")]);
        var id = Allocate(host);
        var task = host.Tasks[(int)SlotOf(id)];

        Assert.That(task.Generation, Is.EqualTo(GenerationOf(id)).And.EqualTo(1ul));
        Assert.That(host.Arena.Span<WdBrief>(host.Layout.Briefs, 16)[(int)SlotOf(id)].Live, Is.EqualTo(1));
        Free(host, id);
        Assert.That(host.Tasks[(int)SlotOf(id)].Generation, Is.EqualTo(2ul));
        Assert.That(host.Arena.Span<ulong>(host.Layout.Briefs, 16)[(int)SlotOf(id)], Is.Zero, "the whole word, which scans pass over");
    }

    [Test]
    public void Reused_record_is_clear_but_for_its_generation()
    {
        using var host = HostObject.Load(4, [Shipped.Object("tests/slots")]);
        var id = Allocate(host);
        ref var old = ref host.Tasks[(int)SlotOf(id)];
        old.Pid = old.Tgid = old.Weight = old.Domain = old.Flags = old.Rested = 77;
        old.Acknowledged = old.Domains = old.Started = old.Vtime = old.Deadline = old.Stint = old.AvgRuntime = old.BlockedFreq = old.WakerFreq = ulong.MaxValue;
        old.LastBlockedAt = old.LastWokeAt = old.PreferredDomains = old.Duty.Val = old.Duty.ValAt = old.Duty.Old = old.Duty.Cur = ulong.MaxValue;
        Free(host, id);
        // The free list is a queue: the others come first.
        ulong again;
        do
            again = Allocate(host);
        while (SlotOf(again) != SlotOf(id));

        // Its name is left: the core writes all of it for each new task.
        var expected = new WdTask { Generation = GenerationOf(id) + 2, Weight = WdConstants.WeightDefault };
        Assert.That(RecordText.Of(host.Tasks[(int)SlotOf(id)]), Is.EqualTo(RecordText.Of(expected)));
    }

    [Test]
    public void Freed_slot_rests_longest()
    {
        using var host = HostObject.Load(8, [Shipped.Object("tests/slots")]);
        var first = Allocate(host);
        Free(host, first);

        var next = Enumerable.Range(0, 7).Select(_ => SlotOf(Allocate(host))).ToArray();
        Assert.That(next[^1], Is.EqualTo(SlotOf(first)));
    }

    [Test]
    public void Request_for_an_earlier_owner_is_told_from_one_for_the_present()
    {
        using var host = HostObject.Load(2, [Shipped.Object("tests/slots")]);
        var first = Allocate(host);
        ref var request = ref host.Arena.Ref<WdRequest>(host.Layout.Requests + SlotOf(first) * 8);
        request.Word = GenerationOf(first) << 32 | 1 << 16 | 3;
        Assert.That(request.Word >> 32, Is.EqualTo((uint)host.Tasks[(int)SlotOf(first)].Generation), "the request of the present owner");
        Free(host, first);
        Assert.That(request.Word >> 32, Is.Not.EqualTo((uint)host.Tasks[(int)SlotOf(first)].Generation), "while the slot is free");
        var second = Allocate(host);

        Assert.That(SlotOf(second), Is.EqualTo(SlotOf(first)));
        Assert.That(request.Word >> 32, Is.Not.EqualTo((uint)host.Tasks[(int)SlotOf(first)].Generation), "with the next owner");
    }

    [Test]
    public void Scribbling_on_the_arena_does_not_hand_a_slot_out_twice()
    {
        using var host = HostObject.Load(64, [Shipped.Object("tests/slots")]);
        var random = new Random(4711);
        var held = new Dictionary<uint, ulong>();
        for (var i = 0; i < 4000; i++)
        {
            random.NextBytes(host.Arena.Span<byte>(host.Layout.Briefs, host.Layout.Size - host.Layout.Briefs).AsSpan());
            if (held.Count > 0 && random.Next(2) == 0)
            {
                var id = held.Values.ElementAt(random.Next(held.Count));
                held.Remove(SlotOf(id));
                Assert.That(Free(host, id), Is.Zero);
                continue;
            }
            var next = Allocate(host);
            if (next == WdConstants.NoSlot)
                Assert.That(held, Has.Count.EqualTo(63));
            else
                Assert.That(SlotOf(next) is > 0 and < 64 && held.TryAdd(SlotOf(next), next), Is.True, $"slot {SlotOf(next)} handed out twice");
            Assert.That(next == WdConstants.NoSlot || (GenerationOf(next) & 1) == 1, Is.True, "generation of a live slot is odd");
        }
    }

    private static void RequireWholeFreeList(HostObject host)
    {
        var slots = new BitMask(host.Layout.MaxTasks);
        for (ulong id; (id = Allocate(host)) != WdConstants.NoSlot;)
            Assert.That(slots.Add(SlotOf(id)), Is.True, $"slot {SlotOf(id)} was twice in the free list");
        Assert.That(slots.Count, Is.EqualTo((int)host.Layout.MaxTasks - 1), "slots in the free list");
    }

    private static ulong Allocate(HostObject host)
    {
        host.Run("slots_alloc_one");
        return host.Word("slots_result");
    }

    private static ulong Free(HostObject host, ulong id)
    {
        host.Run("slots_free_one", new SlotsArgs(0, id, 0, 0));
        return host.Word("slots_result");
    }

    private static uint SlotOf(ulong id) => (uint)id;

    private static ulong GenerationOf(ulong id) => id >> 32;

    /// <summary>struct slots_args of arena-bpf/tests/slots.bpf.c.</summary>
    private record struct SlotsArgs(ulong Thread, ulong Seed, ulong Operations, ulong Held);

    private sealed class BitMask(uint bits)
    {
        private readonly ulong[] _words = new ulong[(bits + 63) / 64];

        public int Count => _words.Sum(word => BitOperations.PopCount(word));

        public bool Add(uint bit)
        {
            var added = (_words[bit / 64] & 1ul << (int)(bit % 64)) == 0;
            _words[bit / 64] |= 1ul << (int)(bit % 64);
            return added;
        }
    }
}
