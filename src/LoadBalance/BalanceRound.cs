// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.LoadBalance;

/// <summary>
/// What a balance round is planned from: columns over tasks and over domains. Columns are read, never written. Loads are in units of
/// 1/1024 of a weight, so an always-runnable nice-0 task has 102400.
/// </summary>
public readonly ref struct BalanceRound
{
    /// <summary>Load of each task.</summary>
    public required ReadOnlySpan<uint> Load { get; init; }

    /// <summary>Domain of each task.</summary>
    public required ReadOnlySpan<byte> Domain { get; init; }

    /// <summary>Domains each task may be sent to, as a set; 0: it stays. Empty: all may go anywhere.</summary>
    public ReadOnlySpan<ulong> Allowed { get; init; }

    /// <summary>1 for tasks that were moved in one of the last two rounds: the planner has terms of its own for them. Empty: none.</summary>
    public ReadOnlySpan<byte> Recent { get; init; }

    /// <summary>Domains that each task's memory policy favours, as a set; 0: it has no preference. Empty: none has.</summary>
    public ReadOnlySpan<ulong> Preferred { get; init; }

    /// <summary>True while loads count weights, because the machine is fully utilised: then no node has room to spare.</summary>
    public bool Full { get; init; }

    /// <summary>Capacity of each domain, 1024 for each full CPU.</summary>
    public required ReadOnlySpan<uint> Capacity { get; init; }

    /// <summary>Node of each domain.</summary>
    public required ReadOnlySpan<byte> Node { get; init; }

    /// <summary>Number of nodes.</summary>
    public int Nodes { get; init; } = 1;

    /// <summary>
    /// Surplus of a domain or node up to which nothing moves, whatever part of its share that is: on a nearly idle machine the share is close
    /// to nothing, and kernel threads would be sent about for no gain.
    /// </summary>
    public long Negligible { get; init; }

    /// <summary>A round without tasks.</summary>
    public BalanceRound()
    {
    }
}
