// SPDX-License-Identifier: GPL-2.0-only
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Wd40.Policies;

/// <summary>
/// A node of the run queue with its 64 entries. Searches look at all of them, whatever is in use, and so have no branch that a CPU could
/// guess wrong: with vectors of 512 bits, or else of 256.
/// </summary>
internal struct RunQueueNode
{
    /// <summary>Entries of a node.</summary>
    internal const int Width = 64;

    /// <summary>Key of entries that are not in use: larger than any other.</summary>
    internal const long Unused = long.MaxValue;

    /// <summary>Entries in use.</summary>
    internal int Count;

    /// <summary>Index behind the last entry in use. In leaves entries before it may be unused: a task was taken out.</summary>
    internal int End;

    /// <summary>The node above, or -1; of a free node the next free one.</summary>
    internal int Parent;

    /// <summary>Whether its items are nodes and no tasks.</summary>
    internal bool Inner;

    /// <summary>Keys: of an inner node ascending, and bounds of its children from below.</summary>
    internal KeyArray Keys;

    /// <summary>Slots of a leaf, children of an inner node. Meaningless where the key is unused.</summary>
    internal ItemArray Items;

    /// <summary>Keys of a node.</summary>
    [InlineArray(Width)]
    internal struct KeyArray
    {
        private long _first;
    }

    /// <summary>Items of a node.</summary>
    [InlineArray(Width)]
    internal struct ItemArray
    {
        private int _first;
    }

    /// <summary>How many keys are at most <paramref name="key"/>, which is below <see cref="Unused"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal readonly int CountAtMost(long key)
    {
        ReadOnlySpan<long> keys = Keys;
        if (Vector512.IsHardwareAccelerated)
        {
            var bound = Vector512.Create(key);
            return (AtMost(keys, bound) + AtMost(keys[8..], bound)) + (AtMost(keys[16..], bound) + AtMost(keys[24..], bound))
                + ((AtMost(keys[32..], bound) + AtMost(keys[40..], bound)) + (AtMost(keys[48..], bound) + AtMost(keys[56..], bound)));
        }
        // A lane that matches is -1.
        var limit = Vector256.Create(key);
        Vector256<long> even = default, odd = default;
        for (var at = 0; at < Width; at += 8)
        {
            even -= Vector256.LessThanOrEqual(Vector256.Create(keys[at..]), limit);
            odd -= Vector256.LessThanOrEqual(Vector256.Create(keys[(at + 4)..]), limit);
        }
        return (int)Vector256.Sum(even + odd);
    }

    /// <summary>Index of the first of the smallest keys.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal readonly int IndexOfMin()
    {
        ReadOnlySpan<long> keys = Keys;
        if (Vector512.IsHardwareAccelerated)
        {
            Vector512<long> k0 = Vector512.Create(keys), k1 = Vector512.Create(keys[8..]), k2 = Vector512.Create(keys[16..]), k3 = Vector512.Create(keys[24..]);
            Vector512<long> k4 = Vector512.Create(keys[32..]), k5 = Vector512.Create(keys[40..]), k6 = Vector512.Create(keys[48..]), k7 = Vector512.Create(keys[56..]);
            var min = Vector512.Min(Vector512.Min(Vector512.Min(k0, k1), Vector512.Min(k2, k3)), Vector512.Min(Vector512.Min(k4, k5), Vector512.Min(k6, k7)));
            var half = Least(Vector256.Min(min.GetLower(), min.GetUpper()));
            min = Vector512.Create(half, half);
            return BitOperations.TrailingZeroCount(
                ((Same(k0, min) | Same(k1, min) << 8) | (Same(k2, min) << 16 | Same(k3, min) << 24))
                | ((Same(k4, min) << 32 | Same(k5, min) << 40) | (Same(k6, min) << 48 | Same(k7, min) << 56)));
        }
        Vector256<long> even = Vector256.Create(keys), odd = Vector256.Create(keys[4..]);
        for (var at = 8; at < Width; at += 8)
        {
            even = Vector256.Min(even, Vector256.Create(keys[at..]));
            odd = Vector256.Min(odd, Vector256.Create(keys[(at + 4)..]));
        }
        var least = Least(Vector256.Min(even, odd));
        ulong found = 0;
        for (var at = 0; at < Width; at += 8)
        {
            found |= (ulong)Vector256.Equals(Vector256.Create(keys[at..]), least).ExtractMostSignificantBits() << at;
            found |= (ulong)Vector256.Equals(Vector256.Create(keys[(at + 4)..]), least).ExtractMostSignificantBits() << (at + 4);
        }
        return BitOperations.TrailingZeroCount(found);
    }

    private static int AtMost(ReadOnlySpan<long> keys, Vector512<long> bound) =>
        BitOperations.PopCount(Vector512.LessThanOrEqual(Vector512.Create(keys), bound).ExtractMostSignificantBits());

    private static ulong Same(Vector512<long> keys, Vector512<long> key) => Vector512.Equals(keys, key).ExtractMostSignificantBits();

    /// <summary>The smallest lane, in all lanes.</summary>
    private static Vector256<long> Least(Vector256<long> keys)
    {
        keys = Vector256.Min(keys, Vector256.Shuffle(keys, Vector256.Create(2L, 3, 0, 1)));
        return Vector256.Min(keys, Vector256.Shuffle(keys, Vector256.Create(1L, 0, 3, 2)));
    }
}
