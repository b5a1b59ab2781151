// SPDX-License-Identifier: GPL-2.0-only
using FsCheck;
using FsCheck.Fluent;
using Wd40.Policies;

namespace Wd40.UnitTests.Policies;

/// <summary>The run queue beside a sorted set of (key, arrival).</summary>
[TestFixture]
internal sealed class RunQueueTests
{
    private const int Slots = 3000;

    /// <summary>Where the keys of a run begin, and how many different ones there are: few give many equal ones, as a FIFO policy does.</summary>
    private static readonly ulong[] _starts = [0, 1000, ulong.MaxValue - 20, 1UL << 63, (1UL << 62) - 5];
    private static readonly int[] _ranges = [1, 3, 100, 1_000_000];

    [FsCheck.NUnit.Property(MaxTest = 60)]
    public Property AnyOperations_GiveTheOrderOfASortedSet() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), Gen.Elements(_starts).ToArbitrary(), Gen.Elements(_ranges).ToArbitrary(),
            (seed, start, range) => RunBesideModel(seed, start, range));

    [Test]
    public void KeysThatWrap_AreInOrder_AlsoWhenTheOriginHasToMove([Values(1, 5)] int step)
    {
        // Steps of step * 2^58: virtual time goes round twice and more, with 100 tasks waiting at any time.
        var queue = new RunQueue(128);
        ulong next = 12345, expected = next;
        var stride = (ulong)step << 56;
        for (var i = 0; i < 5; i++, next += stride)
            queue.Insert(i, next);
        for (var i = 5; i < 2000; i++, next += stride, expected += stride)
        {
            queue.Insert(i % 128, next);
            Assert.That(queue.TryPop(out _, out var key), Is.True);
            Assert.That(key, Is.EqualTo(expected));
        }
    }

    [Test]
    public void KeysFurtherApartThanTheRange_LoseNoTask([Values(1, 2, 3)] int seed)
    {
        var random = new Random(seed);
        var queue = new RunQueue(500);
        for (var round = 0; round < 200; round++)
        {
            for (var i = 0; i < 500; i++)
            {
                if (!queue.Contains(i))
                    queue.Insert(i, (ulong)random.NextInt64(long.MinValue, long.MaxValue));
            }
            Assert.That(queue.Count, Is.EqualTo(500));
            for (var i = 0; i < 250; i++)
                Assert.That(queue.TryPop(out _, out _), Is.True);
        }
        var left = new HashSet<int>();
        while (queue.TryPop(out var slot, out _))
            left.Add(slot);
        Assert.That(left, Has.Count.EqualTo(250));
        Assert.That(queue.Count, Is.Zero);
    }

    [Test]
    public void HostilePatterns_NeverRunOutOfNodes()
    {
        // Regions of keys are filled and thinned out again and again, so that as many nodes as possible hold as little as possible.
        var queue = new RunQueue(20_000);
        var random = new Random(7);
        var next = 0;
        for (ulong region = 0; region < 400; region++)
        {
            for (var i = 0; i < 20_000 && queue.Count < 20_000; i++, next = (next + 1) % 20_000)
            {
                if (!queue.Contains(next))
                    queue.Insert(next, (region << 32) + (ulong)random.Next());
            }
            for (var slot = 0; slot < 20_000; slot++)
            {
                if (random.Next(70) != 0)
                    queue.Remove(slot);
            }
        }
        Assert.That(queue.Count, Is.GreaterThan(0));
        ulong last = 0;
        while (queue.TryPop(out _, out var key))
        {
            Assert.That(key, Is.GreaterThanOrEqualTo(last));
            last = key;
        }
    }

    [Test]
    public void AMillionTasks_ComeOutInOrder()
    {
        const int Million = 1_000_000;
        var queue = new RunQueue(Million);
        var random = new Random(1);
        for (var slot = 0; slot < Million; slot++)
            queue.Insert(slot, (ulong)random.NextInt64(1L << 40));
        for (var slot = 0; slot < Million; slot += 3)
            queue.Rekey(slot, (ulong)random.NextInt64(1L << 40));
        ulong last = 0;
        var popped = 0;
        for (; queue.TryPop(out _, out var key); popped++, last = key)
        {
            if (key < last)
                Assert.Fail($"{key} came after {last}");
        }
        Assert.That(popped, Is.EqualTo(Million));
    }

    [Test]
    public void NoOperation_Allocates()
    {
        var queue = new RunQueue(Slots);
        Work(queue, new Random(1));
        var random = new Random(2);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Work(queue, random);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    private static void Work(RunQueue queue, Random random)
    {
        for (var i = 0; i < 50_000; i++)
        {
            var slot = random.Next(Slots);
            switch (random.Next(5))
            {
                case 0: queue.TryPop(out _, out _); break;
                case 1: queue.Remove(slot); break;
                case 2: queue.Rekey(slot, (ulong)i << 40); break;
                default: queue.Insert(slot, (ulong)i << 50); break;
            }
        }
        queue.TryPeek(out _, out _);
        queue.Clear();
    }

    private static bool RunBesideModel(int seed, ulong start, int range)
    {
        var random = new Random(seed);
        var queue = new RunQueue(Slots);
        var model = new SortedSet<(long Distance, long Arrival, int Slot)>();
        var entries = new Dictionary<int, (long, long, int)>();
        long arrival = 0;
        for (var i = 0; i < 12_000; i++)
        {
            // Growth and decline take turns, so that nodes are split and joined at all levels.
            var grows = (i / 3000 % 2) == 0;
            var slot = random.Next(Slots);
            var what = random.Next(10);
            var distance = (long)random.Next(range) + (i / 16);
            var key = unchecked(start + (ulong)distance);
            if (what < (grows ? 7 : 3))
            {
                if (entries.Remove(slot, out var old))
                    model.Remove(old);
                entries[slot] = (distance, arrival++, slot);
                model.Add(entries[slot]);
                queue.Insert(slot, key);
            }
            else if (what == 7)
            {
                var had = entries.Remove(slot, out var old);
                Assert.That(queue.Rekey(slot, key), Is.EqualTo(had));
                if (had)
                {
                    model.Remove(old);
                    entries[slot] = (distance, arrival++, slot);
                    model.Add(entries[slot]);
                }
            }
            else if (what == 8)
            {
                var had = entries.Remove(slot, out var old);
                Assert.That(queue.Remove(slot), Is.EqualTo(had));
                model.Remove(old);
            }
            else
            {
                CheckFirst(queue, model, start);
                if (model.Count > 0)
                {
                    entries.Remove(model.Min.Slot);
                    model.Remove(model.Min);
                    queue.TryPop(out _, out _);
                }
            }
            Assert.That(queue.Count, Is.EqualTo(model.Count));
        }
        foreach (var (slot, (distance, _, _)) in entries)
        {
            Assert.That(queue.TryGetKey(slot, out var key), Is.True);
            Assert.That(key, Is.EqualTo(unchecked(start + (ulong)distance)));
        }
        for (; model.Count > 0; model.Remove(model.Min))
        {
            CheckFirst(queue, model, start);
            queue.TryPop(out _, out _);
        }
        return !queue.TryPop(out _, out _) && !queue.TryPeek(out _, out _);
    }

    private static void CheckFirst(RunQueue queue, SortedSet<(long Distance, long Arrival, int Slot)> model, ulong start)
    {
        if (!queue.TryPeek(out var slot, out var key))
        {
            Assert.That(model, Is.Empty);
            return;
        }
        Assert.That((slot, key), Is.EqualTo((model.Min.Slot, unchecked(start + (ulong)model.Min.Distance))));
    }
}
