// SPDX-License-Identifier: GPL-2.0-only
using Microsoft.Win32.SafeHandles;

namespace Wd40.ArenaRuntime;

/// <summary>Owns a struct bpf_linker.</summary>
internal sealed class BpfLinkerHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    public BpfLinkerHandle() : base(ownsHandle: true)
    {
    }

    protected override bool ReleaseHandle()
    {
        Interop.Libbpf.LinkerFree(handle);
        return true;
    }
}
