// SPDX-License-Identifier: GPL-2.0-only
using System.Runtime.CompilerServices;

namespace Wd40.LoadBalance;

/// <summary>Adds the tasks of a round up by domain. All memory is allocated at construction.</summary>
internal sealed class DomainSums
{
    private const int CountShift = 44;
    private const ulong One = 1ul << CountShift;

    /// <summary>Most tasks of a round: their number must fit above the sum of their loads.</summary>
    public const int MaxTasks = (1 << (64 - CountShift)) - 1;

    private readonly ulong[] _sums = new ulong[4 * 256];

    /// <summary>Writes load and number of tasks of each domain.</summary>
    // Compiled at start, not ahead: it goes over all tasks, see Wd40.Tool.csproj.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(in BalanceRound round, Span<long> load, Span<int> counts)
    {
        // Count and sum in one word; four tables, because additions to one word wait for each other.
        Span<ulong> sums = _sums;
        sums.Clear();
        var loads = round.Load;
        var domains = round.Domain[..loads.Length];
        int i = 0;
        for (; i + 3 < loads.Length; i += 4)
        {
            sums[domains[i]] += loads[i] | One;
            sums[256 + domains[i + 1]] += loads[i + 1] | One;
            sums[512 + domains[i + 2]] += loads[i + 2] | One;
            sums[768 + domains[i + 3]] += loads[i + 3] | One;
        }
        for (; i < loads.Length; i++)
            sums[domains[i]] += loads[i] | One;
        for (int domain = 0; domain < load.Length; domain++)
        {
            ulong sum = sums[domain] + sums[256 + domain] + sums[512 + domain] + sums[768 + domain];
            load[domain] = (long)(sum & (One - 1));
            counts[domain] = (int)(sum >> CountShift);
        }
    }
}
