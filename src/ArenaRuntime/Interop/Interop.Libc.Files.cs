// SPDX-License-Identifier: GPL-2.0-only
using System.Runtime.InteropServices;

namespace Wd40.ArenaRuntime;

internal static partial class Interop
{
    internal static partial class Libc
    {
        internal const int PathMax = 4096;
        internal const uint StatxMode = 2, StatxUser = 8;
        internal const ushort FileTypeDirectory = 0x4000, FileTypeRegular = 0x8000;
        internal const ushort Sticky = 0x200, WritableByGroup = 0x10, WritableByAll = 2, Permissions = 0xfff;

        [LibraryImport(Name, EntryPoint = "realpath", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
        internal static unsafe partial byte* RealPath(string path, byte* resolved);

        [LibraryImport(Name, EntryPoint = "mkdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
        internal static partial int MakeDirectory(string path, uint mode);

        [LibraryImport(Name, EntryPoint = "geteuid")]
        internal static partial uint EffectiveUser();
    }
}
