// SPDX-License-Identifier: GPL-2.0-only
using System.Runtime.CompilerServices;

namespace Wd40.LoadBalance;

/// <summary>
/// The tasks of overloaded domains, one list a domain, sorted by (load, index) when first used. Taken tasks are skipped by links with path
/// compression, so a list is never moved. All memory is allocated at construction.
/// </summary>
internal sealed class CandidateLists
{
    private const int DigitBits = 11;
    private const int Digits = 1 << DigitBits;
    private const int SmallList = 256;
    private readonly ulong[] _keys, _scratch;
    private readonly int[] _right, _left;
    private readonly int[] _count = new int[Digits];
    private readonly int[] _start = new int[RoundPlanner.MaxDomains + 1];
    private readonly bool[] _sorted = new bool[RoundPlanner.MaxDomains];
    private readonly int[] _cursor = new int[256];

    public CandidateLists(int maxTasks)
    {
        // One more than the tasks: the slot where those of other domains are written to.
        _keys = new ulong[maxTasks + 1];
        _scratch = new ulong[maxTasks];
        // A list of n tasks has n + 1 ends, so each domain's links begin one further on than its tasks: position + domain.
        _right = new int[maxTasks + RoundPlanner.MaxDomains + 1];
        _left = new int[maxTasks + RoundPlanner.MaxDomains + 1];
        // The library allocates its helper at the first sort of a type.
        Span<ulong> pair = [1, 0];
        pair.Sort();
    }

    /// <summary>Collects the tasks of the domains in <paramref name="push"/>.</summary>
    /// <param name="round">The columns.</param>
    /// <param name="push">Set of domains.</param>
    /// <param name="counts">Tasks of each domain.</param>
    // Compiled at start, not ahead: it goes over all tasks, see Wd40.Tool.csproj.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Collect(in BalanceRound round, ulong push, ReadOnlySpan<int> counts)
    {
        Span<int> step = stackalloc int[256];
        int at = 0;
        for (int domain = 0; domain < counts.Length; domain++)
        {
            bool wanted = (push >> domain & 1) != 0;
            _start[domain] = at;
            _cursor[domain] = wanted ? at : _keys.Length - 1;
            step[domain] = wanted ? 1 : 0;
            _sorted[domain] = false;
            if (wanted)
                at += counts[domain];
        }
        _start[counts.Length] = at;
        var loads = round.Load;
        var domains = round.Domain;
        ulong[] keys = _keys;
        Span<int> cursor = _cursor;
        for (int i = 0; i < loads.Length; i++)
        {
            int domain = domains[i];
            int to = cursor[domain];
            keys[to] = (ulong)loads[i] << 32 | (uint)i;
            cursor[domain] = to + step[domain];
        }
    }

    /// <summary>The last untaken task of a domain whose load is at most <paramref name="load"/>: its position, or -1.</summary>
    public int AtMost(int domain, uint load) => Before(domain, Bound(domain, (ulong)load << 32 | uint.MaxValue));

    /// <summary>The first untaken task of a domain whose load is at least <paramref name="load"/>: its position, or -1.</summary>
    public int AtLeast(int domain, uint load) => After(domain, load == 0 ? _start[domain] : Bound(domain, ((ulong)load << 32) - 1));

    /// <summary>The untaken task before a position.</summary>
    public int Before(int domain, int position)
    {
        Sort(domain);
        int found = Root(_left, position + domain) - domain;
        return found > _start[domain] ? found - 1 : -1;
    }

    /// <summary>The untaken task at or after a position.</summary>
    public int After(int domain, int position)
    {
        Sort(domain);
        int found = Root(_right, position + domain) - domain;
        return found < _start[domain + 1] ? found : -1;
    }

    /// <summary>Load of the task at a position.</summary>
    public uint LoadAt(int position) => (uint)(_keys[position] >> 32);

    /// <summary>Index in the columns of the task at a position.</summary>
    public int TaskAt(int position) => (int)(uint)_keys[position];

    /// <summary>Takes the task at a position out of its list.</summary>
    public void Take(int domain, int position)
    {
        int link = position + domain;
        _right[link] = link + 1;
        _left[link + 1] = link;
    }

    /// <summary>First position whose key is above <paramref name="key"/>.</summary>
    private int Bound(int domain, ulong key)
    {
        Sort(domain);
        int low = _start[domain], high = _start[domain + 1];
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (_keys[middle] <= key)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }

    // _right[p] = p while p is untaken; _left[p] = p while p - 1 is: the links point past what was taken.
    private static int Root(int[] links, int position)
    {
        int root = position;
        while (links[root] != root)
            root = links[root];
        while (links[position] != root)
            (position, links[position]) = (links[position], root);
        return root;
    }

    private void Sort(int domain)
    {
        if (_sorted[domain])
            return;
        _sorted[domain] = true;
        int start = _start[domain], length = _start[domain + 1] - start;
        for (int i = 0; i <= length; i++)
        {
            int link = start + domain + i;
            _right[link] = link;
            _left[link] = link;
        }
        var keys = _keys.AsSpan(start, length);
        if (length < SmallList)
            keys.Sort();
        else
            RadixSort(keys, _scratch.AsSpan(0, length));
    }

    /// <summary>Least significant digit first over the load alone; stable, so equal loads stay in order of their index.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void RadixSort(Span<ulong> keys, Span<ulong> scratch)
    {
        ulong used = 0;
        foreach (ulong key in keys)
            used |= key;
        used >>= 32;
        var from = keys;
        var to = scratch;
        Span<int> count = _count;
        for (int shift = 32; used != 0; shift += DigitBits, used >>= DigitBits)
        {
            count.Clear();
            foreach (ulong key in from)
                count[(int)(key >> shift) & (Digits - 1)]++;
            int sum = 0;
            foreach (ref int c in count)
                (c, sum) = (sum, sum + c);
            foreach (ulong key in from)
                to[count[(int)(key >> shift) & (Digits - 1)]++] = key;
            var swap = from;
            from = to;
            to = swap;
        }
        if (from != keys)
            from.CopyTo(keys);
    }
}
