// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime.Layout;

namespace Wd40.Policies;

/// <summary>What a policy decides about a task that is to run.</summary>
/// <param name="Slice">How long it may run, ns. The kernel half bounds it.</param>
/// <param name="Cpu">Where; <see cref="AnyCpu"/> leaves it to the kernel half, which also corrects a CPU where the task may not run.</param>
/// <param name="Preempt">Whether it may interrupt another one if no CPU is idle.</param>
/// <param name="KeyRate">
/// By how much its key grows in <see cref="RateOne"/> ns of CPU time. With it and a lease the kernel half knows, when a slice is over, whose turn it is.
/// </param>
/// <param name="LeaseUs">
/// us of CPU time for which the decision stands. As long as it does the task is not queued to the policy at the end of a slice: it goes on, or
/// waits, by the key that it has reached. 0: the policy is asked after each slice. A sleep ends it unless
/// <paramref name="SleepCredit"/> says otherwise. The kernel half bounds it to 100 ms.
/// </param>
/// <param name="SleepCredit">
/// What a sleep is worth at most, in units of the key, and that the decision outlasts it: a task that wakes up waits by the key that it has reached, less
/// what <paramref name="SleepForgets"/> says, but no further than this before <paramref name="Clock"/>. It goes before what runs on its CPU if it is
/// earlier than that, its lease begins anew, and the policy is not asked, unless the key is further behind the clock than this, too;
/// then <see cref="QueuedTask.Key"/> says what the key has become. 0: the policy is asked at each wake-up. The kernel half bounds it to 100 million.
/// </param>
/// <param name="SleepForgets">How many of 256 parts of what the key grows by count since the task slept last only.</param>
/// <param name="Clock">The policy's clock, in units of the key. The kernel half takes the newest one that it has been told.</param>
public readonly record struct Decision(
    ulong Slice, int Cpu = Decision.AnyCpu, bool Preempt = false, uint KeyRate = 0, uint LeaseUs = 0, uint SleepCredit = 0, byte SleepForgets = 0, ulong Clock = 0)
{
    /// <summary>The ns that <see cref="KeyRate"/> is about.</summary>
    public const uint RateOne = WdConstants.RateOne;

    /// <summary>Any CPU: an idle one if there is one, or whichever is free first.</summary>
    public const int AnyCpu = -1;
}
