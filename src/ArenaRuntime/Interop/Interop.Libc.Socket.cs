// SPDX-License-Identifier: GPL-2.0-only
using System.Runtime.InteropServices;

namespace Wd40.ArenaRuntime;

internal static partial class Interop
{
    /// <summary>Socket calls that System.Net.Sockets wraps at the price of allocations. Values are those of Linux on x86-64 and arm64.</summary>
    internal static partial class Libc
    {
        internal const int AddressFamilyUnix = 1, SocketStream = 1, SocketNonBlocking = 0x800, SocketCloseOnExec = 0x80000;
        internal const int SocketLevel = 1, PeerCredentials = 17;
        internal const int MessageNoSignal = 0x4000, EventCloseOnExec = 0x80000, EventNonBlocking = 0x800;
        internal const short PollIn = 1, PollOut = 4, PollError = 8, PollHangUp = 0x10;
        internal const int Interrupted = 4, TryAgain = 11, RangeError = 34, ConnectionAborted = 103, ConnectionRefused = 111;
        internal const int AtCurrentDirectory = -100, AtSymlinkNoFollow = 0x100;
        internal const uint StatxType = 1, StatxInode = 0x100;
        internal const ushort FileTypeMask = 0xF000, FileTypeSocket = 0xC000;

        [LibraryImport(Name, EntryPoint = "socket", SetLastError = true)]
        internal static partial int Socket(int domain, int type, int protocol);

        [LibraryImport(Name, EntryPoint = "bind", SetLastError = true)]
        internal static unsafe partial int Bind(int fd, SocketAddressUnix* address, uint length);

        [LibraryImport(Name, EntryPoint = "connect", SetLastError = true)]
        internal static unsafe partial int Connect(int fd, SocketAddressUnix* address, uint length);

        [LibraryImport(Name, EntryPoint = "listen", SetLastError = true)]
        internal static partial int Listen(int fd, int backlog);

        [LibraryImport(Name, EntryPoint = "accept4", SetLastError = true)]
        internal static unsafe partial int Accept(int fd, void* address, void* length, int flags);

        [LibraryImport(Name, EntryPoint = "getsockopt", SetLastError = true)]
        internal static unsafe partial int SocketOption(int fd, int level, int option, void* value, uint* length);

        [LibraryImport(Name, EntryPoint = "poll", SetLastError = true)]
        internal static unsafe partial int Poll(PollDescriptor* descriptors, nuint count, int timeout);

        [LibraryImport(Name, EntryPoint = "recv", SetLastError = true)]
        internal static unsafe partial nint Receive(int fd, byte* buffer, nuint length, int flags);

        [LibraryImport(Name, EntryPoint = "send", SetLastError = true)]
        internal static unsafe partial nint Send(int fd, byte* buffer, nuint length, int flags);

        [LibraryImport(Name, EntryPoint = "close", SetLastError = true)]
        internal static partial int Close(int fd);

        [LibraryImport(Name, EntryPoint = "eventfd", SetLastError = true)]
        internal static partial int EventFd(uint value, int flags);

        [LibraryImport(Name, EntryPoint = "eventfd_write", SetLastError = true)]
        internal static partial int EventWrite(int fd, ulong value);

        [LibraryImport(Name, EntryPoint = "fchmod", SetLastError = true)]
        internal static partial int ChangeMode(int fd, uint mode);

        [LibraryImport(Name, EntryPoint = "chmod", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
        internal static partial int ChangeMode(string path, uint mode);

        [LibraryImport(Name, EntryPoint = "lchown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
        internal static partial int ChangeOwner(string path, uint user, uint group);

        [LibraryImport(Name, EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
        internal static unsafe partial int Statx(int directory, string path, int flags, uint mask, FileStatus* status);

        [LibraryImport(Name, EntryPoint = "getgrnam_r")]
        internal static unsafe partial int GetGroupByName(byte* name, Group* group, byte* buffer, nuint length, Group** result);

        /// <summary>struct group.</summary>
        [StructLayout(LayoutKind.Sequential)]
        internal unsafe struct Group
        {
            internal byte* Name;
            internal byte* Password;
            internal uint Id;
            internal byte** Members;
        }

        /// <summary>struct sockaddr_un.</summary>
        [StructLayout(LayoutKind.Sequential)]
        internal unsafe struct SocketAddressUnix
        {
            internal const int PathLength = 108;
            internal ushort Family;
            internal fixed byte Path[PathLength];
        }

        /// <summary>struct ucred.</summary>
        [StructLayout(LayoutKind.Sequential)]
        internal struct Credentials
        {
            internal int Process;
            internal uint User;
            internal uint Group;
        }

        /// <summary>struct pollfd.</summary>
        [StructLayout(LayoutKind.Sequential)]
        internal struct PollDescriptor
        {
            internal int Fd;
            internal short Events;
            internal short ReturnedEvents;
        }

        /// <summary>struct statx: the same on every architecture, unlike struct stat.</summary>
        [StructLayout(LayoutKind.Sequential, Size = 256)]
        internal unsafe struct FileStatus
        {
            internal uint Mask;
            internal uint BlockSize;
            internal ulong Attributes;
            internal uint Links;
            internal uint User;
            internal uint Group;
            internal ushort Mode;
            internal ushort Spare;
            internal ulong Inode;
            internal ulong Size;
            internal ulong Blocks;
            internal ulong AttributesMask;
            internal fixed ulong Times[8];
            internal uint SpecialDeviceMajor;
            internal uint SpecialDeviceMinor;
            internal uint DeviceMajor;
            internal uint DeviceMinor;
        }
    }
}
