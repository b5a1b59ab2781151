// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime.Layout;

namespace Wd40.Policies;

/// <summary>What a policy decides about a task that is to run.</summary>
/// <param name="Slice">How long it may run, ns. The kernel half bounds it.</param>
/// <param name="Cpu">Where; <see cref="AnyCpu"/> leaves it to the kernel half, which also corrects a CPU where the task may not run.</param>
/// <param name="Preempt">Whether it may interrupt another one if no CPU is idle.</param>
/// <param name="KeyRate">
/// By how much its key grows in <see cref="RateOne"/> ns of CPU time. The kernel half then knows when the task's slice is over whether it would come first
/// again, and lets it go on without asking. 0: it gives way to whoever waits.
/// </param>
public readonly record struct Decision(ulong Slice, int Cpu = Decision.AnyCpu, bool Preempt = false, uint KeyRate = 0)
{
    /// <summary>The ns that <see cref="KeyRate"/> is about.</summary>
    public const uint RateOne = WdConstants.RateOne;

    /// <summary>Any CPU: an idle one if there is one, or whichever is free first.</summary>
    public const int AnyCpu = -1;
}
