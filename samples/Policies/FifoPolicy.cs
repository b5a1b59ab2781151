// SPDX-License-Identifier: GPL-2.0-only
using Wd40.Policies;

namespace Wd40.Samples.Policies;

/// <summary>
/// First come, first served: the template for a policy of your own. A policy answers two questions. In what order do tasks run? For how long,
/// and where? The rest is done for you: taking tasks from the kernel half, keeping them in order, handing decisions back.
/// </summary>
public struct FifoPolicy : ITaskPolicy<NoState>
{
    /// <summary>Slice of a task when no other one waits, ns. It is shared among those that wait.</summary>
    public const ulong Slice = 5_000_000;

    private ulong _arrivals;

    /// <summary>Called when a task wants a CPU. The smallest key is the next: here, a number that only grows.</summary>
    public ulong Order(in QueuedTask task, ref NoState state, in Situation situation) => _arrivals++;

    /// <summary>Called when it is the task's turn. The kernel half chooses the CPU: an idle one if there is one.</summary>
    public readonly Decision Place(in QueuedTask task, ulong key, ref NoState state, in Situation situation) =>
        new(Slice / ((ulong)situation.Waiting + 1));
}
