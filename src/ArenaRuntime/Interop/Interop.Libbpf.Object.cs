// SPDX-License-Identifier: GPL-2.0-only
using System.Runtime.InteropServices;

namespace Wd40.ArenaRuntime;

internal static partial class Interop
{
    internal static partial class Libbpf
    {
        /// <summary>struct bpf_object_open_opts as of libbpf 1.4 (88 bytes).</summary>
        [StructLayout(LayoutKind.Sequential)]
        internal unsafe struct ObjectOpenOpts
        {
            internal nuint Size;
            internal byte* ObjectName;
            internal byte RelaxedMaps;
            internal byte* PinRootPath;
            internal uint Reserved;
            internal byte* Kconfig;
            internal byte* BtfCustomPath;
            internal byte* KernelLogBuf;
            internal nuint KernelLogSize;
            internal uint KernelLogLevel;
            internal byte* BpfTokenPath;
        }

        [LibraryImport(Name, EntryPoint = "bpf_object__open_file", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
        internal static unsafe partial BpfObjectHandle ObjectOpenFile(string path, ObjectOpenOpts* opts);

        [LibraryImport(Name, EntryPoint = "bpf_object__load")]
        internal static partial int ObjectLoad(BpfObjectHandle obj);

        [LibraryImport(Name, EntryPoint = "bpf_object__close")]
        internal static partial void ObjectClose(nint obj);

        /// <summary>The object's own BTF, owned by the object; 0 if it has none.</summary>
        [LibraryImport(Name, EntryPoint = "bpf_object__btf")]
        internal static partial nint ObjectBtf(BpfObjectHandle obj);

        [LibraryImport(Name, EntryPoint = "bpf_object__next_map")]
        internal static partial nint ObjectNextMap(BpfObjectHandle obj, nint previous);

        [LibraryImport(Name, EntryPoint = "bpf_object__next_program")]
        internal static partial nint ObjectNextProgram(BpfObjectHandle obj, nint previous);
    }
}
