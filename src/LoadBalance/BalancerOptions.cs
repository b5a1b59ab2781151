// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.LoadBalance;

/// <summary>How the balancer works.</summary>
public sealed record BalancerOptions
{
    /// <summary>False: loads are measured and published, nothing is moved (--no-load-balance).</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Workqueue workers are left alone (--balanced-kworkers).</summary>
    public bool SparesKworkers { get; init; }

    /// <summary>Half-life of the duty cycles, ns; the kernel half's wd_half_life.</summary>
    public ulong HalfLife { get; init; } = 1_000_000_000;

    /// <summary>Called in a step for each answer that has come since the last one; for diagnosis, and what it allocates is its own affair.</summary>
    public Action<BalanceAnswer>? Answered { get; init; }

    /// <summary>Makes what plans the moves, for a number of tasks and these thresholds; called once.</summary>
    public Func<int, BalanceThresholds, RoundPlanner> MakePlanner { get; init; } = (tasks, thresholds) => new BalancePlanner(tasks, thresholds);

    /// <summary>When a domain or node counts as overloaded.</summary>
    public BalanceThresholds Thresholds { get; init; } = new();
}
