// SPDX-License-Identifier: GPL-2.0-only
using System.Runtime.InteropServices;

namespace Wd40.ArenaRuntime;

internal static partial class Interop
{
    internal static partial class Libbpf
    {
        /// <summary>The map types this assembly treats specially (enum bpf_map_type).</summary>
        internal enum MapType
        {
            StructOps = 26,
            Arena = 33,
        }

        /// <summary>struct bpf_map_info up to the field that is read last.</summary>
        [StructLayout(LayoutKind.Sequential)]
        internal struct MapInfo
        {
            internal MapType Type;
            internal uint Id;
            internal uint KeySize;
            internal uint ValueSize;
            internal uint MaxEntries;
            internal uint Flags;
            internal Bytes16 Name;
            internal uint IfIndex;
            internal uint BtfVmlinuxValueTypeId;
            internal ulong NetnsDev;
            internal ulong NetnsIno;
            internal uint BtfId;
            internal uint BtfKeyTypeId;
        }

        [LibraryImport(Name, EntryPoint = "bpf_map_get_info_by_fd")]
        internal static unsafe partial int MapGetInfoByFd(int fd, MapInfo* info, uint* length);

        [LibraryImport(Name, EntryPoint = "bpf_map__fd")]
        internal static partial int MapFd(nint map);

        [LibraryImport(Name, EntryPoint = "bpf_map__name")]
        internal static unsafe partial byte* MapName(nint map);

        [LibraryImport(Name, EntryPoint = "bpf_map__type")]
        internal static partial MapType GetMapType(nint map);

        [LibraryImport(Name, EntryPoint = "bpf_map__max_entries")]
        internal static partial uint MapMaxEntries(nint map);

        [LibraryImport(Name, EntryPoint = "bpf_map__set_max_entries")]
        internal static partial int MapSetMaxEntries(nint map, uint maxEntries);

        [LibraryImport(Name, EntryPoint = "bpf_map__value_size")]
        internal static partial uint MapValueSize(nint map);

        [LibraryImport(Name, EntryPoint = "bpf_map__set_autocreate")]
        internal static partial int MapSetAutocreate(nint map, byte autocreate);

        [LibraryImport(Name, EntryPoint = "bpf_map__initial_value")]
        internal static unsafe partial byte* MapInitialValue(nint map, nuint* size);

        [LibraryImport(Name, EntryPoint = "bpf_map__attach_struct_ops", SetLastError = true)]
        internal static partial BpfLinkHandle MapAttachStructOps(nint map);
    }
}
