// SPDX-License-Identifier: GPL-2.0-only
using System.Runtime.InteropServices;

namespace Wd40.ArenaRuntime;

internal static partial class Interop
{
    internal static partial class Libc
    {
        internal const int SchedOther = 0;
        internal const int SchedFifo = 1;

        /// <summary>Threads made by this one start at normal policy: a library's helper must not inherit it.</summary>
        internal const int SchedResetOnFork = 0x40000000;

        /// <summary>struct sched_param of Linux.</summary>
        [StructLayout(LayoutKind.Sequential)]
        internal struct SchedParam
        {
            internal int Priority;
        }

        [LibraryImport(Name, EntryPoint = "sched_setscheduler", SetLastError = true)]
        internal static unsafe partial int SchedSetScheduler(int pid, int policy, SchedParam* parameters);

        internal const int SchedExt = 7;

        // A transition to native code, unlike most calls as short: whoever wants to stop this thread must not wait until it runs again.
        [LibraryImport(Name, EntryPoint = "sched_yield")]
        internal static partial int SchedYield();

        [LibraryImport(Name, EntryPoint = "gettid")]
        internal static partial int GetThreadId();
    }
}
