// SPDX-License-Identifier: GPL-2.0-only
using System.Runtime.InteropServices;

namespace Wd40.ArenaRuntime;

internal static partial class Interop
{
    /// <summary>libbpf 1.4 and newer. Functions that return pointers leave the reason in errno; functions that return int return it negated.</summary>
    internal static partial class Libbpf
    {
        internal const string Name = "libbpf.so.1";

        // An explicit static constructor: the resolver must be in place before the first import of this class is bound.
        static Libbpf() => NativeLibrary.SetDllImportResolver(typeof(Libbpf).Assembly, Resolve);

        [LibraryImport(Name, EntryPoint = "libbpf_major_version")]
        internal static partial uint MajorVersion();

        [LibraryImport(Name, EntryPoint = "libbpf_minor_version")]
        internal static partial uint MinorVersion();

        [LibraryImport(Name, EntryPoint = "libbpf_set_print")]
        internal static unsafe partial void* SetPrint(delegate* unmanaged[Cdecl]<int, byte*, void*, int> print);
    }
}
