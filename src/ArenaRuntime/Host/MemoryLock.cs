// SPDX-License-Identifier: GPL-2.0-only
using System.Runtime.InteropServices;

namespace Wd40.ArenaRuntime;

/// <summary>Keeps the pages of this process in memory: a fault of the thread that decides may wait for a task that waits for its decision.</summary>
public static class MemoryLock
{
    /// <summary>
    /// Locks every page from its first use on, those of later mappings too. Not all pages at once: the runtime reserves far more address space
    /// than it uses.
    /// </summary>
    /// <returns>Null, or why pages may be taken away: without CAP_IPC_LOCK and with a limit on locked memory.</returns>
    public static string? TryLock() =>
        Interop.Libc.MlockAll(Interop.Libc.MemoryLockCurrent | Interop.Libc.MemoryLockFuture | Interop.Libc.MemoryLockOnFault) == 0
            ? null
            : Errno.Explain(Marshal.GetLastPInvokeError());

    /// <summary>Undoes <see cref="TryLock"/>.</summary>
    public static void Unlock() => _ = Interop.Libc.MunlockAll();
}
