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
/// is the order of the leaves, and within a leaf that of arrival, so no sequence number is stored.
/// <para>
/// Keys are compared by their distance from a moving origin, so that virtual time may wrap: keys that wait together may lie up to 2^62 apart.
/// Of keys further apart some may come back nearer to the
/// others than they were; no task is lost.
/// </para>
/// </remarks>
public sealed partial class RunQueue
{
    private const int Width = 64;
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

    // A column a field; a node's entries are Width neighbours of a column. Unused keys hold long.MaxValue.
    private readonly long[] _keys;
    private readonly int[] _items;    // of a leaf: slots; of an inner node: children
    private readonly int[] _counts;
    private readonly int[] _parents;  // of a free node: the next free one
    private readonly bool[] _inner;
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
        _keys = new long[nodes * Width];
        _items = new int[nodes * Width];
        _counts = new int[nodes];
        _parents = new int[nodes];
        _inner = new bool[nodes];
        _leafOf = new int[slots];
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
        Array.Fill(_keys, long.MaxValue);
        Array.Fill(_items, None);
        Array.Fill(_leafOf, None);
        Array.Clear(_counts);
        Array.Clear(_inner);
        for (var node = 0; node < _parents.Length; node++)
            _parents[node] = node + 1;
        _parents[^1] = None;
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
        while (_inner[leaf])
        {
            var at = leaf * Width;
            var rank = KeyScan.CountAtMost(_keys.AsSpan(at, Padded(_counts[leaf])), distance);
            leaf = _items[at + rank - 1];
        }
        if (_counts[leaf] == Width)
            leaf = SplitLeaf(leaf, distance);
        var end = (leaf * Width) + _counts[leaf]++;
        _keys[end] = distance;
        _items[end] = slot;
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
        RemoveAt(leaf, _items.AsSpan(leaf * Width, _counts[leaf]).IndexOf(slot));
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
        var at = leaf * Width;
        key = Key(_keys[at + _items.AsSpan(at, _counts[leaf]).IndexOf(slot)]);
        return true;
    }

    /// <summary>The first task, which stays.</summary>
    /// <param name="slot">Its slot; -1 if there is none.</param>
    /// <param name="key">Its key; 0 if there is none.</param>
    /// <returns>False if the queue is empty.</returns>
    public bool TryPeek(out int slot, out ulong key)
    {
        if (Count == 0)
        {
            (slot, key) = (None, 0);
            return false;
        }
        var at = (_head * Width) + FirstOf(_head);
        (slot, key) = (_items[at], Key(_keys[at]));
        return true;
    }

    /// <summary>Takes the first task out of the queue.</summary>
    /// <param name="slot">Its slot; -1 if there is none.</param>
    /// <param name="key">Its key; 0 if there is none.</param>
    /// <returns>False if the queue is empty.</returns>
    public bool TryPop(out int slot, out ulong key)
    {
        if (Count == 0)
        {
            (slot, key) = (None, 0);
            return false;
        }
        var index = FirstOf(_head);
        var at = (_head * Width) + index;
        (slot, key) = (_items[at], Key(_keys[at]));
        RemoveAt(_head, index);
        return true;
    }

    private static int Padded(int count) => (count + KeyScan.Step - 1) & -KeyScan.Step;

    private int FirstOf(int leaf) => KeyScan.IndexOfMin(_keys.AsSpan(leaf * Width, Padded(_counts[leaf])));

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
        var first = _keys[(_head * Width) + FirstOf(_head)];
        if (first is <= -(FarFromOrigin / 2) or >= FarFromOrigin / 2)
        {
            _origin = unchecked(_origin + (ulong)first);
            foreach (ref var distance in _keys.AsSpan())
            {
                if (distance is not (long.MaxValue or long.MinValue))
                    distance = Nearer(distance, first);
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
