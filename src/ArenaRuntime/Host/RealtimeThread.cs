// SPDX-License-Identifier: GPL-2.0-only
using System.Runtime.InteropServices;

namespace Wd40.ArenaRuntime;

/// <summary>
/// Real-time policy for the thread that runs tuner and balancer. sched_ext does not manage SCHED_FIFO threads, so the loop is not
/// delayed by the load that it is there to balance.
/// </summary>
public static class RealtimeThread
{
    /// <summary>The lowest priority: above every normal thread, below all other real-time work.</summary>
    private const int LowestPriority = 1;

    /// <summary>Puts the calling thread under SCHED_FIFO at the lowest priority; threads it creates start at normal policy.</summary>
    /// <returns>Null, or why it stays at normal policy: without CAP_SYS_NICE or a real-time budget in its cgroup.</returns>
    public static string? TryEnter() => Set(Interop.Libc.SchedFifo | Interop.Libc.SchedResetOnFork, LowestPriority);

    /// <summary>Puts the calling thread back under the normal policy: what is long, like loading, must not hold up a CPU.</summary>
    public static void Leave() => Set(Interop.Libc.SchedOther, 0);

    private static unsafe string? Set(int policy, int priority)
    {
        var parameters = new Interop.Libc.SchedParam { Priority = priority };
        // SAFETY: the kernel reads one struct sched_param from this stack; pid 0 is the calling thread.
        return Interop.Libc.SchedSetScheduler(0, policy, &parameters) == 0 ? null : Errno.Explain(Marshal.GetLastPInvokeError());
    }
}
