// SPDX-License-Identifier: GPL-2.0-only
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Wd40.Policies;

/// <summary>Searches in a node of the run queue, eight keys at a time: two vectors of 256 bits where the CPU has none of 512.</summary>
internal static class KeyScan
{
    /// <summary>Keys of a step. Callers pad the keys of a node to a multiple of it with <see cref="long.MaxValue"/>.</summary>
    internal const int Step = 8;

    /// <summary>How many keys are at most <paramref name="key"/>, which is less than padding.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int CountAtMost(ReadOnlySpan<long> keys, long key)
    {
        var count = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            var bound = Vector512.Create(key);
            for (; keys.Length >= Step; keys = keys[Step..])
                count += BitOperations.PopCount(Vector512.LessThanOrEqual(Vector512.Create(keys), bound).ExtractMostSignificantBits());
            return count;
        }
        // A lane of "true" is -1: the difference of the sums is what matched.
        var limit = Vector256.Create(key);
        var matched = Vector256<long>.Zero;
        for (; keys.Length >= Step; keys = keys[Step..])
        {
            matched -= Vector256.LessThanOrEqual(Vector256.Create(keys), limit);
            matched -= Vector256.LessThanOrEqual(Vector256.Create(keys[4..]), limit);
        }
        return (int)Vector256.Sum(matched);
    }

    /// <summary>Index of the first of the smallest keys.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int IndexOfMin(ReadOnlySpan<long> keys)
    {
        var rest = keys;
        if (Vector512.IsHardwareAccelerated)
        {
            var least = Vector512.Create(rest);
            for (rest = rest[Step..]; rest.Length >= Step; rest = rest[Step..])
                least = Vector512.Min(least, Vector512.Create(rest));
            least = Vector512.Min(least, Vector512.Shuffle(least, Vector512.Create(4L, 5, 6, 7, 0, 1, 2, 3)));
            least = Vector512.Min(least, Vector512.Shuffle(least, Vector512.Create(2L, 3, 0, 1, 6, 7, 4, 5)));
            least = Vector512.Min(least, Vector512.Shuffle(least, Vector512.Create(1L, 0, 3, 2, 5, 4, 7, 6)));
            for (var at = 0; at <= keys.Length - Step; at += Step)
            {
                var equal = Vector512.Equals(Vector512.Create(keys[at..]), least).ExtractMostSignificantBits();
                if (equal != 0)
                    return at + BitOperations.TrailingZeroCount(equal);
            }
            return 0;
        }
        var low = Vector256.Create(rest);
        var high = Vector256.Create(rest[4..]);
        for (rest = rest[Step..]; rest.Length >= Step; rest = rest[Step..])
        {
            low = Vector256.Min(low, Vector256.Create(rest));
            high = Vector256.Min(high, Vector256.Create(rest[4..]));
        }
        low = Vector256.Min(low, high);
        low = Vector256.Min(low, Vector256.Shuffle(low, Vector256.Create(2L, 3, 0, 1)));
        low = Vector256.Min(low, Vector256.Shuffle(low, Vector256.Create(1L, 0, 3, 2)));
        for (var at = 0; at <= keys.Length - 4; at += 4)
        {
            var equal = Vector256.Equals(Vector256.Create(keys[at..]), low).ExtractMostSignificantBits();
            if (equal != 0)
                return at + BitOperations.TrailingZeroCount(equal);
        }
        return 0;
    }
}
