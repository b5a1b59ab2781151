// SPDX-License-Identifier: GPL-2.0-only
using System.Runtime.InteropServices;

namespace Wd40.Bench;

/// <summary>struct wd_bench_transfer.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeTransfer
{
    internal uint Task;
    internal ushort From;
    internal ushort To;
}
