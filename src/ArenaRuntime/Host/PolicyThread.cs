// SPDX-License-Identifier: GPL-2.0-only
using System.Runtime.InteropServices;

namespace Wd40.ArenaRuntime;

/// <summary>What a thread that decides about tasks asks of the kernel.</summary>
public static class PolicyThread
{
    /// <summary>The calling thread's number in the kernel.</summary>
    public static int Id => Interop.Libc.GetThreadId();

    /// <summary>Gives the CPU away. For the policy's thread of the user-space core this applies its decisions, and returns when there is something to decide.</summary>
    public static void Yield() => _ = Interop.Libc.SchedYield();

    /// <summary>Puts the calling thread under policy SCHED_EXT: in partial mode only such threads are scheduled.</summary>
    /// <returns>Null, or why it stays where it is.</returns>
    public static unsafe string? TryJoinSchedExt()
    {
        var parameters = new Interop.Libc.SchedParam { Priority = 0 };
        // SAFETY: the kernel reads one struct sched_param from this stack; pid 0 is the calling thread.
        return Interop.Libc.SchedSetScheduler(0, Interop.Libc.SchedExt, &parameters) == 0 ? null : Errno.Explain(Marshal.GetLastPInvokeError());
    }
}
