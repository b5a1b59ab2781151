// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Policies;

/// <summary>
/// The simplest level of policy: one method orders a task that was queued, one places the task whose turn it is. <see cref="TaskPolicyLoop{TPolicy, TState, TPort}"/>
/// does the rest. Make it a struct: its methods are then called directly. They must not allocate, wait, throw or call the system.
/// </summary>
/// <typeparam name="TState">
/// What the policy remembers about a task, at most 96 bytes: it lies in the task's slot, so no dictionary is needed. All zero for a new task; only
/// the policy writes it. <see cref="NoState"/> if there is nothing.
/// </typeparam>
public interface ITaskPolicy<TState> where TState : unmanaged
{
    /// <summary>A task was queued: returns its key. The smallest key is the next to run; of equal ones the earliest.</summary>
    /// <param name="task">The task.</param>
    /// <param name="state">What the policy remembers about it.</param>
    /// <param name="situation">Time, and how many tasks wait without this one.</param>
    /// <returns>The key. Keys may wrap; those that wait together lie at most 2^62 apart.</returns>
    ulong Order(in QueuedTask task, ref TState state, in Situation situation);

    /// <summary>It is a task's turn: returns how long it may run and where.</summary>
    /// <param name="task">The task.</param>
    /// <param name="key">The key that it waited with.</param>
    /// <param name="state">What the policy remembers about it.</param>
    /// <param name="situation">Time, and how many tasks wait besides this one.</param>
    Decision Place(in QueuedTask task, ulong key, ref TState state, in Situation situation);
}
