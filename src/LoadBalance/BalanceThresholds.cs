// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.LoadBalance;

/// <summary>When a domain or node counts as overloaded, as a part of its share of the load.</summary>
public sealed record BalanceThresholds
{
    /// <summary>Between domains of a node.</summary>
    public double Domain { get; init; } = 0.05;

    /// <summary>Between nodes.</summary>
    public double Node { get; init; } = 0.17;
}
