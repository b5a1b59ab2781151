// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.LoadBalance;

/// <summary>
/// Plans the moves of balance rounds: what makes one load-balance module differ from another. Pure: columns in, a list of transfers out; the
/// same input gives the same list. All memory is allocated at construction; a plan allocates nothing. Not thread-safe.
/// </summary>
public abstract class RoundPlanner
{
    /// <summary>Largest number of domains.</summary>
    public const int MaxDomains = 64;

    private protected readonly CandidateLists _lists;
    private protected readonly DomainSums _sums = new();
    private protected readonly int[] _counts = new int[MaxDomains];
    private protected readonly long[] _load = new long[MaxDomains], _imbalance = new long[MaxDomains], _delta = new long[MaxDomains];
    private readonly Transfer[] _transfers;
    private int _planned;

    /// <summary>Allocates for a number of tasks.</summary>
    /// <param name="maxTasks">Most tasks of a round, up to 2^20 - 1.</param>
    /// <param name="thresholds">When to act.</param>
    private protected RoundPlanner(int maxTasks, BalanceThresholds? thresholds)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxTasks, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxTasks, DomainSums.MaxTasks);
        Thresholds = thresholds ?? new BalanceThresholds();
        _lists = new CandidateLists(maxTasks);
        _transfers = new Transfer[maxTasks];
    }

    /// <summary>When to act, from the next round on.</summary>
    public BalanceThresholds Thresholds { get; set; }

    /// <summary>Load of each domain after the planned moves, in the round's units.</summary>
    public ReadOnlySpan<long> Load => _load;

    /// <summary>Load less share of each domain after the planned moves.</summary>
    public ReadOnlySpan<long> Imbalance => _imbalance;

    /// <summary>Load planned to come in (+) or to go (-).</summary>
    public ReadOnlySpan<long> Delta => _delta;

    /// <summary>Loads without any move: what a balancer that is switched off reports.</summary>
    /// <param name="round">The columns.</param>
    public void Measure(in BalanceRound round)
    {
        _planned = 0;
        _delta.AsSpan().Clear();
        _sums.Add(round, _load, _counts);
        Begin(round);
    }

    /// <summary>Plans the moves of a round.</summary>
    /// <param name="round">The columns.</param>
    /// <returns>The transfers in order, no task twice; valid until the next call.</returns>
    public ReadOnlySpan<Transfer> Plan(in BalanceRound round)
    {
        Measure(round);
        PlanMoves(round);
        return _transfers.AsSpan(0, _planned);
    }

    /// <summary>Works out what the domains' loads mean; they have just been added up.</summary>
    private protected abstract void Begin(in BalanceRound round);

    /// <summary>Plans all moves of a round that has begun.</summary>
    private protected abstract void PlanMoves(in BalanceRound round);

    /// <summary>Plans one move: takes the candidate off its domain's list and accounts its load.</summary>
    /// <returns>The load that moves.</returns>
    private protected long Transfer(int candidate, int from, int to)
    {
        long load = _lists.LoadAt(candidate);
        _transfers[_planned++] = new Transfer(_lists.TaskAt(candidate), (byte)from, (byte)to);
        _lists.Take(from, candidate);
        _load[from] -= load;
        _load[to] += load;
        _delta[from] -= load;
        _delta[to] += load;
        return load;
    }
}
