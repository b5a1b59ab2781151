// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime;
using Wd40.ArenaRuntime.Layout;

namespace Wd40.UnitTests.ArenaRuntime;

/// <summary>Arena memory and its views: bounds, pointers, spans, bitmaps, lists, rings.</summary>
[TestFixture]
public sealed class ArenaTests
{
    private const ulong Size = 1 << 20;
    private Arena _arena = null!;

    [SetUp]
    public void Map() => _arena = Arena.Anonymous(Size);

    [TearDown]
    public void Unmap() => _arena.Dispose();

    [TestCase(0ul)]
    [TestCase(2048ul)]
    [TestCase(12288ul)]
    [TestCase(1ul << 33)]
    public void Sizes_that_no_arena_can_have_are_refused(ulong size) => Assert.That(() => Arena.Anonymous(size), Throws.TypeOf<ArgumentOutOfRangeException>());

    [Test]
    public void Objects_outside_the_arena_or_unaligned_are_refused()
    {
        Assert.That(() => _arena.Ref<ulong>(Size - 8), Throws.Nothing);
        Assert.That(() => _arena.Ref<ulong>(Size - 4), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => _arena.Ref<ulong>(Size), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => _arena.Ref<ulong>(12), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => _arena.Ref<ulong>(ulong.MaxValue - 7), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => _arena.Span<ulong>(0, Size / 8).Length, Is.EqualTo((nuint)(Size / 8)));
        Assert.That(() => _arena.Span<ulong>(8, Size / 8).Length, Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => _arena.Span<ulong>(0, ulong.MaxValue).Length, Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void Span_checks_its_index_and_shares_memory_with_AsSpan()
    {
        var span = _arena.Span<uint>(4096, 10);
        foreach (ref var value in span)
            value = 7;
        span[9] = 9;
        Assert.That(span.AsSpan().ToArray(), Is.EqualTo(new uint[] { 7, 7, 7, 7, 7, 7, 7, 7, 7, 9 }));
        Assert.That(span.Slice(9, 1)[0], Is.EqualTo(9));
        Assert.That(_arena.Ref<uint>(4096 + 40), Is.Zero, "the loop went beyond the end");
        Assert.That(() => _arena.Span<uint>(4096, 10)[10], Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => _arena.Span<uint>(4096, 10)[-1], Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => _arena.Span<uint>(4096, 10).Slice(5, 6).Length, Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => _arena.Span<uint>(4096, 10).Slice(11, 0).Length, Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void Pointer_is_the_kernels_and_refers_to_its_object()
    {
        var pointer = _arena.Pointer<WdTask>(8192);
        Assert.That(pointer.Bits, Is.EqualTo(WdConstants.ArenaBase + 8192));
        pointer.In(_arena).Pid = 42;
        Assert.That(_arena.Ref<WdTask>(8192).Pid, Is.EqualTo(42));
        Assert.That(_arena.OffsetOf(ref pointer.In(_arena)), Is.EqualTo(8192));
        Assert.That(default(ArenaPtr<WdTask>).IsNull, Is.True);
    }

    [Test]
    public void Pointer_stays_inside_whatever_its_bits_are()
    {
        var random = new Random(1);
        for (var i = 0; i < 100_000; i++)
        {
            var bits = (ulong)random.NextInt64(long.MinValue, long.MaxValue);
            ref var task = ref new ArenaPtr<WdTask>(bits).In(_arena);
            task.Rested++;
            Assert.That(_arena.OffsetOf(ref task), Is.LessThan(Size).And.EqualTo(bits & (Size - 1) & ~7ul));
            Assert.That(_arena.OffsetOf(ref new ArenaPtr<ushort>(bits).In(_arena)), Is.EqualTo(bits & (Size - 1) & ~1ul));
        }
    }

    [Test]
    public void Disposed_arena_is_out_of_reach()
    {
        var pointer = _arena.Pointer<WdTask>(4096);
        _arena.Dispose();
        Assert.That(() => _arena.Ref<ulong>(0), Throws.TypeOf<ObjectDisposedException>());
        Assert.That(() => pointer.In(_arena).Pid, Throws.TypeOf<NullReferenceException>());
    }

    [Test]
    public void Bitmap_sets_counts_and_enumerates()
    {
        var bitmap = new ArenaBitmap(_arena.Span<ulong>(4096, 4).AsSpan());
        int[] members = [0, 1, 63, 64, 127, 200, 255];
        foreach (var member in members)
            bitmap[member] = true;
        bitmap[1] = false;
        var seen = new List<int>();
        foreach (var member in bitmap)
            seen.Add(member);
        Assert.That(seen, Is.EqualTo(members.Where(member => member != 1)));
        Assert.That(bitmap.Count, Is.EqualTo(6));
        Assert.That(bitmap.Capacity, Is.EqualTo(256));
        Assert.That(bitmap[63] && !bitmap[62], Is.True);
        Assert.That(bitmap.Intersects(new ArenaBitmap(new ulong[] { 2 })), Is.False);
        Assert.That(bitmap.Intersects(new ArenaBitmap(new ulong[] { 0, 1 })), Is.True);
        Assert.That(() => new ArenaBitmap(new ulong[1])[64], Throws.TypeOf<IndexOutOfRangeException>());
    }

    private struct Node
    {
        public ArenaPtr<Node> Next;
        public ulong Value;
    }

    private readonly struct NodeLink : IArenaLink<Node>
    {
        public static ArenaPtr<Node> Next(in Node node) => node.Next;
    }

    [Test]
    public void List_is_walked_to_its_end_or_to_its_limit()
    {
        for (ulong i = 0; i < 5; i++)
            _arena.Ref<Node>(4096 + i * 64) = new Node { Value = i, Next = i < 4 ? _arena.Pointer<Node>(4096 + (i + 1) * 64) : default };
        Assert.That(Walk(100), Is.EqualTo((10ul, 5, false)));
        Assert.That(Walk(3), Is.EqualTo((3ul, 3, true)));
        _arena.Ref<Node>(4096 + 4 * 64).Next = _arena.Pointer<Node>(4096);
        Assert.That(Walk(1000).Cut, Is.True, "a cycle ends at the limit");

        (ulong Sum, int Count, bool Cut) Walk(uint limit)
        {
            var walk = new ArenaList<Node, NodeLink>(_arena, _arena.Pointer<Node>(4096), limit).GetEnumerator();
            var (sum, count) = (0ul, 0);
            while (walk.MoveNext())
                (sum, count) = (sum + walk.Current.Value, count + 1);
            return (sum, count, walk.IsCut);
        }
    }

    [Test]
    public void Ring_delivers_in_order_refuses_when_full_and_wraps([Values(0ul, ulong.MaxValue - 5)] ulong start)
    {
        _arena.Ref<ulong>(4096) = _arena.Ref<ulong>(4160) = start;
        var (producer, consumer) = (Ring(), Ring());
        Assert.That(consumer.TryRead(out _), Is.False);
        for (var round = 0ul; round < 5; round++)
        {
            for (var i = 0ul; i < 8; i++)
                Assert.That(producer.TryWrite(round * 8 + i), Is.True);
            Assert.That(producer.TryWrite(0), Is.False, "full");
            Assert.That(consumer.TryRead(out _), Is.False, "not published");
            producer.Publish();
            for (var i = 0ul; i < 8; i++)
            {
                Assert.That(consumer.TryRead(out var message), Is.True);
                Assert.That(message, Is.EqualTo(round * 8 + i));
            }
            Assert.That(consumer.TryRead(out _), Is.False, "empty");
            Assert.That(producer.TryWrite(0), Is.False, "not released");
            consumer.Release();
        }
        Assert.That(producer.Damaged + consumer.Damaged, Is.Zero);
    }

    [Test]
    public void Ring_takes_an_impossible_index_for_empty_or_full_and_counts_it()
    {
        var (producer, consumer) = (Ring(), Ring());
        _arena.Ref<ulong>(4096) = 9;
        Assert.That(consumer.TryRead(out _), Is.False);
        Assert.That(consumer.Damaged, Is.EqualTo(1));
        for (var i = 0ul; i < 8; i++)
            producer.TryWrite(i);
        _arena.Ref<ulong>(4160) = 100;
        Assert.That(producer.TryWrite(0), Is.False);
        Assert.That(producer.Damaged, Is.EqualTo(1));
    }

    private ArenaRing<ulong> Ring() => new(_arena, _arena.Pointer<ulong>(4096), _arena.Pointer<ulong>(4160), _arena.Pointer<ulong>(8192), 8);
}
