// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.LoadBalance;

/// <summary>
/// Plans the moves of balance rounds: what makes one load-balance module differ from another. Pure: columns in, a list of transfers out; the
/// same input gives the same list. Allocates at construction only.
/// </summary>
public interface IBalancePlanner
{
    /// <summary>When to act, from the next round on.</summary>
    BalanceThresholds Thresholds { get; set; }

    /// <summary>Load of each domain after the planned moves, in the round's units.</summary>
    ReadOnlySpan<long> Load { get; }

    /// <summary>Load less share of each domain after the planned moves.</summary>
    ReadOnlySpan<long> Imbalance { get; }

    /// <summary>Load planned to come in (+) or to go (-).</summary>
    ReadOnlySpan<long> Delta { get; }

    /// <summary>Loads without any move: what a balancer that is switched off reports.</summary>
    /// <param name="round">The columns.</param>
    void Measure(in BalanceRound round);

    /// <summary>Plans the moves of a round.</summary>
    /// <param name="round">The columns.</param>
    /// <returns>The transfers in order, no task twice; valid until the next call.</returns>
    ReadOnlySpan<Transfer> Plan(in BalanceRound round);
}
