// SPDX-License-Identifier: GPL-2.0-only
using System.Runtime.InteropServices;

namespace Wd40.Bench;

/// <summary>struct rings_args.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct RingArguments(int way, int count)
{
    internal readonly ulong Way = (ulong)way;
    internal readonly ulong Count = (ulong)count;
}
