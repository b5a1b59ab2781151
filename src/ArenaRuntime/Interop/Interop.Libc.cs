// SPDX-License-Identifier: GPL-2.0-only
using System.Runtime.InteropServices;

namespace Wd40.ArenaRuntime;

internal static partial class Interop
{
    /// <summary>Plain libc calls: memory mappings and formatting. Values are those of Linux on x86-64.</summary>
    internal static partial class Libc
    {
        private const string Name = "libc.so.6";

        internal const int ProtNone = 0, ProtRead = 1, ProtWrite = 2;
        internal const int MapShared = 1, MapPrivate = 2, MapFixed = 0x10, MapAnonymous = 0x20, MapNoReserve = 0x4000, MapFixedNoReplace = 0x100000;
        internal const int AdvicePopulateWrite = 23;
        internal const uint MfdCloexec = 1;

        /// <summary>What mmap returns on failure.</summary>
        internal static unsafe byte* MapFailed => (byte*)-1;

        [LibraryImport(Name, EntryPoint = "mmap", SetLastError = true)]
        internal static unsafe partial byte* Mmap(void* address, nuint length, int protection, int flags, int fd, long offset);

        [LibraryImport(Name, EntryPoint = "munmap", SetLastError = true)]
        internal static unsafe partial int Munmap(void* address, nuint length);

        [LibraryImport(Name, EntryPoint = "madvise", SetLastError = true)]
        internal static unsafe partial int Madvise(void* address, nuint length, int advice);

        [LibraryImport(Name, EntryPoint = "memfd_create", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
        internal static partial int MemfdCreate(string name, uint flags);

        [LibraryImport(Name, EntryPoint = "vsnprintf")]
        internal static unsafe partial int Vsnprintf(byte* buffer, nuint size, byte* format, void* arguments);

        internal const long SysBpf = 321, BpfProgStreamReadByFd = 37;
        internal const uint StreamStderr = 2;

        /// <summary>The part of union bpf_attr that BPF_PROG_STREAM_READ_BY_FD reads.</summary>
        [StructLayout(LayoutKind.Sequential)]
        internal struct StreamRead
        {
            internal ulong Buffer;
            internal uint Length;
            internal uint Stream;
            internal uint ProgFd;
        }

        /// <summary>The bpf system call, for commands that libbpf 1.4 does not wrap.</summary>
        [LibraryImport(Name, EntryPoint = "syscall", SetLastError = true)]
        internal static unsafe partial long Bpf(long number, long command, void* attributes, nuint size);
    }
}
