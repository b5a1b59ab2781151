// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.LoadBalance;

/// <summary>What became of the balancer's requests since it was made.</summary>
public struct BalanceCounts
{
    /// <summary>Requests written.</summary>
    public ulong Requested;

    /// <summary>Applied by the kernel half.</summary>
    public ulong Applied;

    /// <summary>Refused: the affinity forbids the domain.</summary>
    public ulong Refused;

    /// <summary>Came too late: the task was gone before, or a later request took its place.</summary>
    public ulong Stale;

    /// <summary>Not answered yet: the task has not been queued since.</summary>
    public ulong Pending;
}
