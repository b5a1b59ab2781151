// SPDX-License-Identifier: GPL-2.0-only
using System.Runtime.InteropServices;

namespace Wd40.ArenaRuntime;

internal static partial class Interop
{
    internal static partial class Libbpf
    {
        [LibraryImport(Name, EntryPoint = "bpf_linker__new", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
        internal static partial BpfLinkerHandle LinkerNew(string path, nint opts);

        [LibraryImport(Name, EntryPoint = "bpf_linker__add_file", StringMarshalling = StringMarshalling.Utf8)]
        internal static partial int LinkerAddFile(BpfLinkerHandle linker, string path, nint opts);

        [LibraryImport(Name, EntryPoint = "bpf_linker__finalize")]
        internal static partial int LinkerFinalize(BpfLinkerHandle linker);

        [LibraryImport(Name, EntryPoint = "bpf_linker__free")]
        internal static partial void LinkerFree(nint linker);
    }
}
