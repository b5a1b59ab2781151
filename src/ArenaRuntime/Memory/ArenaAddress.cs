// SPDX-License-Identifier: GPL-2.0-only
using System.Globalization;
using System.Runtime.InteropServices;
using Wd40.ArenaRuntime.Layout;

namespace Wd40.ArenaRuntime;

/// <summary>
/// The address range of an arena and its guard, taken before the object is loaded. All arenas have the same address, so a process holds one
/// at a time; libbpf would put a second one over the first without a word.
/// </summary>
internal sealed unsafe class ArenaAddress : IDisposable
{
    private readonly nuint _length;
    private bool _released;

    private ArenaAddress(nuint length) => _length = length;

    private static byte* Start => (byte*)WdConstants.ArenaBase;

    /// <summary>Takes the range.</summary>
    /// <param name="size">Bytes of the arena.</param>
    /// <exception cref="SchedulerException">Something of this process is there already.</exception>
    internal static ArenaAddress Reserve(ulong size)
    {
        var length = (nuint)size + Arena.GuardSize;
        // SAFETY: FIXED_NOREPLACE fails instead of replacing another mapping.
        var start = Interop.Libc.Mmap(Start, length, Interop.Libc.ProtNone,
            Interop.Libc.MapPrivate | Interop.Libc.MapAnonymous | Interop.Libc.MapNoReserve | Interop.Libc.MapFixedNoReplace, -1, 0);
        if (start != Interop.Libc.MapFailed)
            return new ArenaAddress(length);
        var error = Marshal.GetLastPInvokeError();
        if (error != Errno.Exists)
            throw BpfException.Create($"reserve {length} bytes of address space for the arena", error, null);
        var address = WdConstants.ArenaBase.ToString("x", CultureInfo.InvariantCulture);
        throw new SchedulerException(ExitCode.Failure,
            $"cannot map the arena: address {address}, which all arenas have, is taken in this process, most likely by another loaded object's arena",
            "Dispose the other object first, or load this one in a process of its own.");
    }

    /// <summary>Hands the range over to the mappings that have replaced it.</summary>
    internal void Release() => _released = true;

    /// <summary>Gives the range back; call it after the object that was to have it is closed.</summary>
    public void Dispose()
    {
        if (_released)
            return;
        _released = true;
        // SAFETY: reserved by this instance; what libbpf had put over it is gone.
        _ = Interop.Libc.Munmap(Start, _length);
    }
}
