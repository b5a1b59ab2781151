// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Policies;

/// <summary>
/// The middle level of policy: it is given all tasks that were queued since the last step at once, and fills the run queue itself.
/// <see cref="BatchPolicyLoop{TPolicy, TPort}"/> takes them from the rings. The same rules as for <see cref="ITaskPolicy{TState}"/> hold.
/// </summary>
/// <typeparam name="TPort">The way to the kernel half, or to the offline machine.</typeparam>
public interface IBatchPolicy<TPort> where TPort : struct, IPolicyPort
{
    /// <summary>Tasks were queued; those to be decided about are put into the queue.</summary>
    /// <param name="port">Reads the tasks.</param>
    /// <param name="slots">Their slots, in the order of the rings; valid until the method returns.</param>
    /// <param name="queue">The run queue.</param>
    void Queued(ref TPort port, ReadOnlySpan<int> slots, RunQueue queue);

    /// <summary>CPUs want work: takes tasks from the queue and decides about them.</summary>
    /// <param name="port">Takes the decisions.</param>
    /// <param name="queue">The run queue.</param>
    void Decide(ref TPort port, RunQueue queue);
}
