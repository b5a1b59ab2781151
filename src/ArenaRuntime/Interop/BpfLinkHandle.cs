// SPDX-License-Identifier: GPL-2.0-only
using Microsoft.Win32.SafeHandles;

namespace Wd40.ArenaRuntime;

/// <summary>Owns a struct bpf_link: destroying it detaches.</summary>
internal sealed class BpfLinkHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    public BpfLinkHandle() : base(ownsHandle: true)
    {
    }

    protected override bool ReleaseHandle() => Interop.Libbpf.LinkDestroy(handle) == 0;
}
