// SPDX-License-Identifier: GPL-2.0-only
using Wd40.LoadBalance;

namespace Wd40.Schedulers;

/// <summary>What became of the balancer's requests to move a task.</summary>
/// <param name="Requested">Requests written.</param>
/// <param name="Applied">Followed by the kernel half.</param>
/// <param name="Refused">Not followed: the task may not run there.</param>
/// <param name="Stale">Came too late: the task had ended before, or a later request took its place.</param>
/// <param name="Pending">Without an answer when the loop ended.</param>
public sealed record RequestReport(ulong Requested, ulong Applied, ulong Refused, ulong Stale, ulong Pending)
{
    /// <summary>The counts of a balancer.</summary>
    public static RequestReport Of(BalanceCounts counts) =>
        new(counts.Requested, counts.Applied, counts.Refused, counts.Stale, counts.Pending);
}
