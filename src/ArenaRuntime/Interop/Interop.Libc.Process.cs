// SPDX-License-Identifier: GPL-2.0-only
using System.Runtime.InteropServices;

namespace Wd40.ArenaRuntime;

internal static partial class Interop
{
    internal static partial class Libc
    {
        internal const int PrSetThpDisable = 41;

        [LibraryImport(Name, EntryPoint = "prctl", SetLastError = true)]
        internal static partial int Prctl(int option, nuint argument2, nuint argument3, nuint argument4, nuint argument5);

        /// <summary>AT_EXECFN: the path that was given to the system call that started the program.</summary>
        internal const nuint StartedPath = 31;

        [LibraryImport(Name, EntryPoint = "getauxval")]
        internal static partial nuint AuxiliaryValue(nuint type);

        [LibraryImport(Name, EntryPoint = "execve", SetLastError = true)]
        internal static unsafe partial int Execve(byte* path, nint* arguments, nint* environment);

        internal const int MemoryLockCurrent = 1;
        internal const int MemoryLockFuture = 2;
        internal const int MemoryLockOnFault = 4;

        [LibraryImport(Name, EntryPoint = "mlockall", SetLastError = true)]
        internal static partial int MlockAll(int flags);

        [LibraryImport(Name, EntryPoint = "munlockall")]
        internal static partial int MunlockAll();
    }
}
