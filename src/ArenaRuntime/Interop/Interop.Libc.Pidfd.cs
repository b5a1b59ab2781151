// SPDX-License-Identifier: GPL-2.0-only
using System.Runtime.InteropServices;

namespace Wd40.ArenaRuntime;

internal static partial class Interop
{
    internal static partial class Libc
    {
        internal const long SysPidfdSendSignal = 424, SysPidfdOpen = 434;
        internal const int SignalKill = 9, SignalTerminate = 15;

        [LibraryImport(Name, EntryPoint = "syscall", SetLastError = true)]
        internal static partial long PidfdOpen(long number, int process, uint flags);

        [LibraryImport(Name, EntryPoint = "syscall", SetLastError = true)]
        internal static partial long PidfdSendSignal(long number, int descriptor, int signal, nint information, uint flags);
    }
}
