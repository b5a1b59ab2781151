// SPDX-License-Identifier: GPL-2.0-only
using System.Runtime.InteropServices;

namespace Wd40.ArenaRuntime;

internal static partial class Interop
{
    internal static partial class Libbpf
    {
        [LibraryImport(Name, EntryPoint = "bpf_link__destroy")]
        internal static partial int LinkDestroy(nint link);

        [LibraryImport(Name, EntryPoint = "bpf_link__fd")]
        internal static partial int LinkFd(BpfLinkHandle link);

        /// <summary>Gives a map, program or link a name in a BPF file system, which holds it as a descriptor does.</summary>
        [LibraryImport(Name, EntryPoint = "bpf_obj_pin", StringMarshalling = StringMarshalling.Utf8)]
        internal static partial int ObjPin(int fd, string path);

        /// <summary>A new descriptor of what has that name, or a negative errno.</summary>
        [LibraryImport(Name, EntryPoint = "bpf_obj_get", StringMarshalling = StringMarshalling.Utf8)]
        internal static partial int ObjGet(string path);
    }
}
