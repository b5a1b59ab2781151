// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.LoadBalance;

/// <summary>When a domain or node counts as overloaded, as a part of its share of the load, and how much of that goes in one round.</summary>
public sealed record BalanceThresholds
{
    /// <summary>Between domains of a node.</summary>
    public double Domain { get; init; } = 0.05;

    /// <summary>Between nodes.</summary>
    public double Node { get; init; } = 0.17;

    /// <summary>
    /// Part of its surplus after which a domain or node gives nothing more in the same round. Loads are running averages that lag, so half is
    /// sent and the rest decided on the next figures. The task that reaches the cut-off still goes: one that is over always gives something.
    /// </summary>
    public double Cutoff { get; init; } = 0.5;
}
