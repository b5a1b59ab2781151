// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Policies;

/// <summary>What a policy decides about a task that is to run.</summary>
/// <param name="Slice">How long it may run, ns. The kernel half bounds it.</param>
/// <param name="Cpu">Where; <see cref="AnyCpu"/> leaves it to the kernel half, which also corrects a CPU where the task may not run.</param>
/// <param name="Preempt">Whether it may interrupt another one if no CPU is idle.</param>
public readonly record struct Decision(ulong Slice, int Cpu = Decision.AnyCpu, bool Preempt = false)
{
    /// <summary>Any CPU: an idle one if there is one, or whichever is free first.</summary>
    public const int AnyCpu = -1;
}
