// SPDX-License-Identifier: GPL-2.0-only
using Wd40.Policies;

namespace Wd40.Samples.Watched;

/// <summary>The policy to be edited while it runs: change a number or a rule, save, and the machine goes on with what you wrote.</summary>
internal struct EditMePolicy : ITaskPolicy<NoState>
{
    /// <summary>How long a task runs, ns. Try 20_000_000: a fifth of the context switches.</summary>
    private const ulong Slice = 4_000_000;

    private ulong _arrivals;

    /// <summary>Called when a task wants a CPU. The smallest key is the next: here, first come, first served.</summary>
    public ulong Order(in QueuedTask task, ref NoState state, in Situation situation) => _arrivals++;

    /// <summary>Called when it is the task's turn.</summary>
    public readonly Decision Place(in QueuedTask task, ulong key, ref NoState state, in Situation situation) => new(Slice);
}
