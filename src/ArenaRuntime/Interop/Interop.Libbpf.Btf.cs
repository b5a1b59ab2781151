// SPDX-License-Identifier: GPL-2.0-only
using System.Runtime.InteropServices;

namespace Wd40.ArenaRuntime;

internal static partial class Interop
{
    internal static partial class Libbpf
    {
        /// <summary>struct btf_type: name, packed kind and count, and size or referenced type.</summary>
        [StructLayout(LayoutKind.Sequential)]
        internal struct BtfTypeHeader
        {
            internal uint NameOffset;
            internal uint Info;
            internal uint SizeOrType;
        }

        [LibraryImport(Name, EntryPoint = "btf__new", SetLastError = true)]
        internal static unsafe partial BtfHandle BtfNew(void* data, uint size);

        [LibraryImport(Name, EntryPoint = "btf__parse", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
        internal static partial BtfHandle BtfParse(string path, nint ext);

        [LibraryImport(Name, EntryPoint = "btf__load_from_kernel_by_id", SetLastError = true)]
        internal static partial BtfHandle BtfLoadFromKernelById(uint id);

        [LibraryImport(Name, EntryPoint = "btf__free")]
        internal static partial void BtfFree(nint btf);

        [LibraryImport(Name, EntryPoint = "btf__type_cnt")]
        internal static partial uint BtfTypeCount(BtfHandle btf);

        [LibraryImport(Name, EntryPoint = "btf__type_by_id")]
        internal static unsafe partial BtfTypeHeader* BtfTypeById(BtfHandle btf, uint id);

        [LibraryImport(Name, EntryPoint = "btf__name_by_offset")]
        internal static unsafe partial byte* BtfNameByOffset(BtfHandle btf, uint offset);

        /// <summary>For passes over all types: the caller keeps the handle alive. The two calls below only compute an address.</summary>
        [LibraryImport(Name, EntryPoint = "btf__type_by_id"), SuppressGCTransition]
        internal static unsafe partial BtfTypeHeader* BtfTypeById(nint btf, uint id);

        [LibraryImport(Name, EntryPoint = "btf__name_by_offset"), SuppressGCTransition]
        internal static unsafe partial byte* BtfNameByOffset(nint btf, uint offset);

        [LibraryImport(Name, EntryPoint = "btf__find_by_name_kind", StringMarshalling = StringMarshalling.Utf8)]
        internal static partial int BtfFindByNameKind(BtfHandle btf, string name, uint kind);
    }
}
