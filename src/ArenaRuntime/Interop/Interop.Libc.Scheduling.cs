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
    }
}
