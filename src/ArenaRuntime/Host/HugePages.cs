// SPDX-License-Identifier: GPL-2.0-only
using System.Runtime.InteropServices;

namespace Wd40.ArenaRuntime;

/// <summary>
/// Transparent huge pages of this process. The kernel's thread that collects pages into huge ones holds the lock of the address space
/// meanwhile, and it is one of the lightest tasks (nice 19): under a load that is distributed by weight, a page fault of the scheduler's own
/// real-time thread can wait behind it. Page faults that waited for that lock for up to 5 s were seen beside 36 hogs on 8 CPUs; who held it was
/// not, but since huge pages are off there were none.
/// </summary>
public static class HugePages
{
    /// <summary>Switches them off for this process and those it starts; memory that is huge already stays so.</summary>
    /// <returns>Null, or why that failed.</returns>
    public static string? TryDisable() =>
        Interop.Libc.Prctl(Interop.Libc.PrSetThpDisable, 1, 0, 0, 0) == 0 ? null : Errno.Explain(Marshal.GetLastPInvokeError());
}
