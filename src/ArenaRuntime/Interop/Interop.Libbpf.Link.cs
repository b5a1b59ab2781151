// SPDX-License-Identifier: GPL-2.0-only
using System.Runtime.InteropServices;

namespace Wd40.ArenaRuntime;

internal static partial class Interop
{
    internal static partial class Libbpf
    {
        [LibraryImport(Name, EntryPoint = "bpf_link__destroy")]
        internal static partial int LinkDestroy(nint link);
    }
}
