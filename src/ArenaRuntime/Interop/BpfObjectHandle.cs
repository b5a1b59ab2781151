// SPDX-License-Identifier: GPL-2.0-only
using Microsoft.Win32.SafeHandles;

namespace Wd40.ArenaRuntime;

/// <summary>Owns a struct bpf_object: closing it unloads programs and maps that nothing else holds.</summary>
internal sealed class BpfObjectHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    public BpfObjectHandle() : base(ownsHandle: true)
    {
    }

    protected override bool ReleaseHandle()
    {
        Interop.Libbpf.ObjectClose(handle);
        return true;
    }
}
