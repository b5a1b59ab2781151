// SPDX-License-Identifier: GPL-2.0-only
using Wd40.Policies;

namespace Wd40.Samples.Policies;

/// <summary>
/// Policy "deadline" with one trick more: tasks that are new get short slices. A compiler starts thousands of processes that live for less
/// than a second; so a game beside it waits less for its turn. What has lived for longer is treated as ever.
/// </summary>
/// <param name="deadline">The policy underneath.</param>
/// <param name="options">Values of <see cref="Options"/>.</param>
public struct NewcomerPolicy(DeadlinePolicy deadline, PolicyOptions options) : ITaskPolicy<NewcomerPolicy.State>
{
    /// <summary>How long a task is new.</summary>
    public static readonly PolicyOption NewForMs = new("new-for-ms", "ms", 1000, 1, 60_000, "How long a task counts as new.");

    /// <summary>How much shorter its slices are.</summary>
    public static readonly PolicyOption Penalty = new("new-penalty", "", 8, 1, 1000, "Slices of new tasks are divided by this.");

    /// <summary>Options of this policy and of the one underneath.</summary>
    public static IReadOnlyList<PolicyOption> Options { get; } = [.. DeadlinePolicy.Options, NewForMs, Penalty];

    private readonly ulong _newFor = options[NewForMs] * 1_000_000, _penalty = options[Penalty];
    private DeadlinePolicy _deadline = deadline;

    /// <summary>What the policy remembers about a task, in the task's slot.</summary>
    public struct State
    {
        internal DeadlinePolicy.State Deadline;
        internal ulong FirstSeen;
    }

    /// <inheritdoc/>
    public readonly ulong Order(in QueuedTask task, ref State state, in Situation situation)
    {
        if (state.FirstSeen == 0)
            state.FirstSeen = situation.Now;
        return _deadline.Order(in task, ref state.Deadline, in situation);
    }

    /// <inheritdoc/>
    public Decision Place(in QueuedTask task, ulong key, ref State state, in Situation situation)
    {
        var decision = _deadline.Place(in task, key, ref state.Deadline, in situation);
        // Asked about at its next wake-up, when it may not be new any more.
        return situation.Now - state.FirstSeen < _newFor ? decision with { Slice = decision.Slice / _penalty, SleepCredit = 0 } : decision;
    }
}
