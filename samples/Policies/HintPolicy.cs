// SPDX-License-Identifier: GPL-2.0-only
using Wd40.Policies;

namespace Wd40.Samples.Policies;

/// <summary>
/// Policy "deadline" that another process may advise: a service that knows which request is urgent, or a model that guesses. The advice moves a
/// task's key; the policy reads it where it lies and never asks. If the other process stops, hangs or dies, its last hints stay.
/// </summary>
/// <param name="deadline">The policy underneath.</param>
/// <param name="hints">The hints; whoever made them disposes of them after the scheduler has ended.</param>
public struct HintPolicy(DeadlinePolicy deadline, HintFile hints) : ITaskPolicy<DeadlinePolicy.State>
{
    private DeadlinePolicy _deadline = deadline;

    /// <inheritdoc/>
    public readonly ulong Order(in QueuedTask task, ref DeadlinePolicy.State state, in Situation situation) =>
        unchecked(_deadline.Order(in task, ref state, in situation) - (ulong)(hints.Read(task.Tid) * 1000L));

    /// <inheritdoc/>
    public Decision Place(in QueuedTask task, ulong key, ref DeadlinePolicy.State state, in Situation situation) =>
        _deadline.Place(in task, key, ref state, in situation) with { SleepCredit = 0 }; // Asked at each wake-up: a hint may have changed.
}
