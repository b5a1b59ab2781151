// SPDX-License-Identifier: GPL-2.0-only
using System.Runtime.CompilerServices;

namespace Wd40.Policies;

/// <summary>
/// Tasks in the order of their keys, named by slot number; equal keys in the order of their arrival. One thread uses it. All memory is
/// allocated and touched at construction; no operation allocates. Insert, remove, re-key and pop take O(log n).
/// </summary>
/// <remarks>
/// A B-tree of nodes with 64 keys. Inner nodes are sorted, leaves are not: an insertion appends, the smallest key of the first leaf is found
/// with a few vector instructions when it is wanted, and a task's leaf changes only when leaves are split or joined. Order among equal keys
/// is the order of the leaves, and within a leaf that of arrival, so no sequence number is stored. Whoever leaves
/// a leaf leaves a gap, which is closed when the leaf is full.
/// <para>
/// Keys are compared by their distance from a moving origin, so that virtual time may wrap: keys that wait together may lie up to 2^62 apart.
/// Of keys further apart some
/// may come back nearer to the others than they were; no task is lost.
/// </para>
/// </remarks>
public sealed partial class RunQueue
{
    private const int Width = RunQueueNode.Width;
    private const int None = -1;

    /// <summary>Neighbours are joined when they have at most this many entries together, so that the next few insertions do not split them again.</summary>
    private const int JoinLimit = Width - 8;

    /// <summary>A node looks at its neighbours after every this many removals (power of two).</summary>
    private const int JoinInterval = 8;

    /// <summary>Distance from the origin, 2^62, at which the origin is moved if it can be.</summary>
    private const long FarFromOrigin = 1L << 62;

    // The ends of the range are for padding and for the first key of inner nodes.
    private const long Lowest = long.MinValue + 1;
    private const long Highest = long.MaxValue - 1;

    private readonly RunQueueNode[] _nodes;
    private readonly int[] _leafOf;   // by slot
    private readonly long[] _sorted = new long[Width];
    private int _root, _head, _free;
    private ulong _origin;

    /// <summary>Allocates a queue.</summary>
    /// <param name="slots">Slots there are: the queue takes the numbers 0 to <paramref name="slots"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="slots"/> is not positive.</exception>
    public RunQueue(int slots)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(slots);
        // Two neighbours have more than JoinLimit - 2 * (JoinInterval - 1) entries, 21 a node on average; the levels above need a
        // twentieth of it each.
        var nodes = (slots / 16) + 32;
        _nodes = Resident.Array<RunQueueNode>(nodes);
        _leafOf = Resident.Array<int>(slots);
        Clear();
    }

    /// <summary>Tasks in the queue.</summary>
    public int Count { get; private set; }

    /// <summary>Slot numbers that the queue takes.</summary>
    public int Slots => _leafOf.Length;

    /// <summary>Whether a task is in the queue.</summary>
    /// <param name="slot">Its slot.</param>
    public bool Contains(int slot) => _leafOf[slot] != None;

    /// <summary>Empties the queue. O(<see cref="Slots"/>).</summary>
    public void Clear()
    {
        Array.Fill(_leafOf, None);
        for (var i = 0; i < _nodes.Length; i++)
        {
            ref var node = ref _nodes[i];
            ((Span<long>)node.Keys).Fill(RunQueueNode.Unused);
            node.Count = node.End = 0;
            node.Parent = i + 1;
        }
        _nodes[^1].Parent = None;
        _free = 0;
        Count = 0;
        _root = _head = NewNode(inner: false);
    }

    /// <summary>Queues a task; one that is queued already is queued anew, behind those with an equal key.</summary>
    /// <param name="slot">Its slot.</param>
    /// <param name="key">Its key: the smallest comes first.</param>
    public void Insert(int slot, ulong key)
    {
        if (_leafOf[slot] != None)
            Remove(slot);
        var distance = Distance(key);
        var leaf = _root;
        ref var node = ref _nodes[leaf];
        while (node.Inner)
        {
            leaf = node.Items[node.CountAtMost(distance) - 1];
            node = ref _nodes[leaf];
        }
        if (node.End == Width)
        {
            leaf = MakeRoom(leaf, distance);
            node = ref _nodes[leaf];
        }
        var end = node.End++;
        node.Count++;
        node.Keys[end] = distance;
        node.Items[end] = slot;
        _leafOf[slot] = leaf;
        Count++;
    }

    /// <summary>Takes a task out of the queue.</summary>
    /// <param name="slot">Its slot.</param>
    /// <returns>False if it was not queued.</returns>
    public bool Remove(int slot)
    {
        var leaf = _leafOf[slot];
        if (leaf == None)
            return false;
        RemoveAt(leaf, IndexOf(leaf, slot));
        return true;
    }

    /// <summary>Gives a queued task another key; among equal ones it is the last.</summary>
    /// <param name="slot">Its slot.</param>
    /// <param name="key">Its key.</param>
    /// <returns>False if it was not queued, and is not now.</returns>
    public bool Rekey(int slot, ulong key)
    {
        if (_leafOf[slot] == None)
            return false;
        Insert(slot, key);
        return true;
    }

    /// <summary>Key of a queued task.</summary>
    /// <param name="slot">Its slot.</param>
    /// <param name="key">Its key; 0 if it is not queued.</param>
    /// <returns>False if it is not queued.</returns>
    public bool TryGetKey(int slot, out ulong key)
    {
        var leaf = _leafOf[slot];
        if (leaf == None)
        {
            key = 0;
            return false;
        }
        key = Key(_nodes[leaf].Keys[IndexOf(leaf, slot)]);
        return true;
    }

    /// <summary>The first task, which stays.</summary>
    /// <param name="slot">Its slot; -1 if there is none.</param>
    /// <param name="key">Its key; 0 if there is none.</param>
    /// <returns>False if the queue is empty.</returns>
    public bool TryPeek(out int slot, out ulong key) => First(out _, out slot, out key);

    /// <summary>Takes the first task out of the queue.</summary>
    /// <param name="slot">Its slot; -1 if there is none.</param>
    /// <param name="key">Its key; 0 if there is none.</param>
    /// <returns>False if the queue is empty.</returns>
    public bool TryPop(out int slot, out ulong key)
    {
        if (!First(out var index, out slot, out key))
            return false;
        RemoveAt(_head, index);
        return true;
    }

    /// <summary>The first task and where it is in the head.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool First(out int index, out int slot, out ulong key)
    {
        if (Count == 0)
        {
            (index, slot, key) = (0, None, 0);
            return false;
        }
        ref var head = ref _nodes[_head];
        index = head.IndexOfMin();
        (slot, key) = (head.Items[index], Key(head.Keys[index]));
        return true;
    }

    private ulong Key(long distance) => unchecked((ulong)distance + _origin);

    private long Distance(ulong key)
    {
        if (Count == 0)
            _origin = key;
        var distance = unchecked((long)(key - _origin));
        return distance is > -FarFromOrigin and < FarFromOrigin ? distance : MoveOrigin(key);
    }

    /// <summary>
    /// Moves the origin to the first key, where that is a long way: once in 2^61 of virtual time. Order is kept whatever the keys are: what
    /// would be too far for 64 bits is brought nearer.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private long MoveOrigin(ulong key)
    {
        ref var head = ref _nodes[_head];
        var first = head.Keys[head.IndexOfMin()];
        if (first is <= -(FarFromOrigin / 2) or >= FarFromOrigin / 2)
        {
            _origin = unchecked(_origin + (ulong)first);
            foreach (ref var node in _nodes.AsSpan())
            {
                foreach (ref var distance in node.Keys)
                {
                    if (distance is not (RunQueueNode.Unused or long.MinValue))
                        distance = Nearer(distance, first);
                }
            }
        }
        return Math.Clamp(unchecked((long)(key - _origin)), Lowest, Highest);
    }

    private static long Nearer(long distance, long by)
    {
        var moved = unchecked(distance - by);
        if (((distance ^ by) & (distance ^ moved)) < 0)
            return distance < 0 ? Lowest : Highest;
        return Math.Clamp(moved, Lowest, Highest);
    }
}
