// SPDX-License-Identifier: GPL-2.0-only
using Microsoft.Win32.SafeHandles;

namespace Wd40.ArenaRuntime;

/// <summary>A struct btf: owned when this process parsed it, borrowed when it belongs to an open object.</summary>
internal sealed class BtfHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    public BtfHandle() : base(ownsHandle: true)
    {
    }

    /// <summary>Borrows the BTF of an open object, which must outlive this handle.</summary>
    internal BtfHandle(nint borrowed) : base(ownsHandle: false) => SetHandle(borrowed);

    protected override bool ReleaseHandle()
    {
        Interop.Libbpf.BtfFree(handle);
        return true;
    }
}
