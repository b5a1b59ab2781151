// SPDX-License-Identifier: GPL-2.0-only
using System.Numerics;

namespace Wd40.LoadBalance;

/// <summary>Sets of domains or nodes as bits of a word, and searches among them.</summary>
internal static class DomainSet
{
    /// <summary>The first <paramref name="count"/>.</summary>
    public static ulong All(int count) => count >= RoundPlanner.MaxDomains ? ulong.MaxValue : (1ul << count) - 1;

    /// <summary>Domains of a node.</summary>
    public static ulong DomainsOf(in BalanceRound round, int node)
    {
        ulong set = 0;
        for (int domain = 0; domain < round.Node.Length; domain++)
        {
            if (round.Node[domain] == node)
                set |= 1ul << domain;
        }
        return set;
    }

    /// <summary>Member of a set with the largest value, the first on ties; -1 for an empty set.</summary>
    public static int Most<T>(ReadOnlySpan<T> values, ulong set)
        where T : INumber<T>
    {
        int best = -1;
        for (; set != 0; set &= set - 1)
        {
            int i = BitOperations.TrailingZeroCount(set);
            if (best < 0 || values[i] > values[best])
                best = i;
        }
        return best;
    }

    /// <summary>Index outside a set with the smallest value, the first on ties; -1 if there is none.</summary>
    public static int Least<T>(ReadOnlySpan<T> values, ulong except)
        where T : INumber<T>
    {
        int best = -1;
        for (int i = 0; i < values.Length; i++)
        {
            if ((except >> i & 1) == 0 && (best < 0 || values[i] < values[best]))
                best = i;
        }
        return best;
    }
}
