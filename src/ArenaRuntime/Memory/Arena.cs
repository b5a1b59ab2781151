// SPDX-License-Identifier: GPL-2.0-only
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Wd40.ArenaRuntime;

/// <summary>
/// Arena memory: the live arena of a loaded object, anonymous memory in a test, or a snapshot. The size is a power of two and a readable
/// guard follows, so that a masked pointer to any struct can be read and written without a fault. Page 0 is reserved: no object lives
/// there. References into it are valid until the arena is disposed (a live one with its object).
/// </summary>
public sealed unsafe partial class Arena : IDisposable
{
    /// <summary>Bytes of the guard behind the arena: the largest struct that an <see cref="ArenaPtr{T}"/> may refer to.</summary>
    public const int GuardSize = 64 << 10;

    /// <summary>Bytes per page: arenas know one page size only.</summary>
    public const int PageSize = 4096;

    /// <summary>Largest arena: offsets have 32 bits.</summary>
    public const ulong MaxSize = 1ul << 32;

    private const ulong WordMask = ~7ul;

    private readonly object? _owner;
    private byte* _base;
    private byte* _mapping;
    private nuint _mappingSize;

    // Offset bits of a pointer to something of 8-byte alignment, which nearly all shared structs have: one AND per dereference.
    private ulong _wordOffsetMask;
    private ulong _offsetMask;

    private Arena(byte* start, ulong size, byte* mapping, nuint mappingSize, object? owner)
    {
        _base = start;
        _mapping = mapping;
        _mappingSize = mappingSize;
        _owner = owner;
        Size = size;
        _offsetMask = size - 1;
        _wordOffsetMask = _offsetMask & WordMask;
    }

    /// <summary>Size in bytes, a power of two.</summary>
    public ulong Size { get; }

    /// <summary>True while backed by the arena map of a loaded object, shared with the kernel.</summary>
    public bool IsLive => _owner is not null;

    /// <summary>Maps zeroed private memory: the arena of unit tests and simulations.</summary>
    /// <param name="size">Bytes: a power of two from one page to 4 GiB.</param>
    /// <exception cref="BpfException">There is not enough memory.</exception>
    public static Arena Anonymous(ulong size)
    {
        RequireSize(size);
        var length = (nuint)size + GuardSize;
        // SAFETY: a new private mapping at an address of the kernel's choice overlaps nothing.
        var start = Interop.Libc.Mmap(null, length, Interop.Libc.ProtRead | Interop.Libc.ProtWrite,
            Interop.Libc.MapPrivate | Interop.Libc.MapAnonymous | Interop.Libc.MapNoReserve, -1, 0);
        if (start == Interop.Libc.MapFailed)
            throw BpfException.Create($"map {size} bytes of memory", Marshal.GetLastPInvokeError(), null);
        return new Arena(start, size, start, length, null);
    }

    /// <summary>Wraps the mapping that libbpf made of an arena map, and makes the guard behind it readable.</summary>
    /// <param name="start">Where libbpf mapped the arena.</param>
    /// <param name="size">Its full size.</param>
    /// <param name="address">The range that was reserved for both; taken over.</param>
    /// <param name="owner">The object that keeps the mapping.</param>
    internal static Arena Live(byte* start, ulong size, ArenaAddress address, object owner)
    {
        RequireSize(size);
        // SAFETY: the pages behind the arena are the reservation's.
        var guard = Interop.Libc.Mmap(start + size, GuardSize, Interop.Libc.ProtRead | Interop.Libc.ProtWrite,
            Interop.Libc.MapPrivate | Interop.Libc.MapAnonymous | Interop.Libc.MapFixed, -1, 0);
        if (guard == Interop.Libc.MapFailed)
            throw BpfException.Create("map the guard pages behind the arena", Marshal.GetLastPInvokeError(), null);
        address.Release();
        return new Arena(start, size, guard, GuardSize, owner);
    }

    /// <summary>The object that a stored pointer refers to; inside the arena whatever the bits are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ref T At<T>(ulong bits) where T : unmanaged
    {
        // Both conditions are constants of the instantiation and vanish in the compiled code.
        if (sizeof(T) > GuardSize)
            ThrowTooLarge<T>();
        var mask = sizeof(T) % 8 == 0 ? _wordOffsetMask : _offsetMask & ~(Alignment<T>() - 1);
        // SAFETY: the offset is below the size, and the guard is larger than T. After Dispose masks and base are 0: a null reference.
        return ref Unsafe.AsRef<T>(_base + (bits & mask));
    }

    /// <summary>Has the cache line of a stored pointer fetched, where the processor can do so; nothing is read, and no order of accesses follows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Prefetch(ulong bits)
    {
        // SAFETY: the offset is below the size; a prefetch neither reads nor faults.
        if (Sse.IsSupported)
            Sse.Prefetch0(_base + (bits & _offsetMask));
    }

    /// <summary>One object at a byte offset.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It does not lie within the arena, or is not aligned.</exception>
    public ref T Ref<T>(ulong offset) where T : unmanaged
    {
        Check<T>(offset, 1);
        // SAFETY: checked above.
        return ref Unsafe.AsRef<T>(_base + offset);
    }

    /// <summary>A run of objects at a byte offset.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It does not lie within the arena, or is not aligned.</exception>
    public ArenaSpan<T> Span<T>(ulong offset, ulong count) where T : unmanaged
    {
        Check<T>(offset, count);
        // SAFETY: checked above.
        return new ArenaSpan<T>(ref Unsafe.AsRef<T>(_base + offset), (nuint)count);
    }

    /// <summary>The pointer to a byte offset as the BPF side would store it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No object of that type can be there.</exception>
    public ArenaPtr<T> Pointer<T>(ulong offset) where T : unmanaged
    {
        Check<T>(offset, 1);
        return new ArenaPtr<T>(Layout.WdConstants.ArenaBase + offset);
    }

    /// <summary>Where in the arena an object lies, bytes from its start; the size or more if it lies elsewhere.</summary>
    public ulong OffsetOf<T>(ref readonly T value) where T : unmanaged
    {
        // SAFETY: only the address is looked at.
        var distance = (ulong)Unsafe.ByteOffset(ref Unsafe.AsRef<byte>(_base), ref Unsafe.As<T, byte>(ref Unsafe.AsRef(in value)));
        return Math.Min(distance, Size);
    }

    /// <summary>Faults in every page for writing, so that the steady state takes no page fault.</summary>
    /// <exception cref="BpfException">There is not enough memory.</exception>
    public void Populate() => Populate(0, Size);

    /// <summary>Faults in the pages of a range for writing.</summary>
    /// <exception cref="BpfException">There is not enough memory.</exception>
    public void Populate(ulong offset, ulong length)
    {
        Check<byte>(offset, length);
        var first = offset & ~(ulong)(PageSize - 1);
        // SAFETY: the range was checked against the arena.
        if (Interop.Libc.Madvise(_base + first, (nuint)(offset + length - first), Interop.Libc.AdvicePopulateWrite) != 0)
            throw BpfException.Create($"populate {length >> 10} KiB of the arena", Marshal.GetLastPInvokeError(), null);
    }

    /// <summary>Unmaps the memory (a live arena: the guard; the object unmaps the rest). Later dereferences throw.</summary>
    public void Dispose()
    {
        if (_mapping == null)
            return;
        // SAFETY: the mapping was made by this instance and is unmapped once.
        _ = Interop.Libc.Munmap(_mapping, _mappingSize);
        _base = _mapping = null;
        _mappingSize = 0;
        _wordOffsetMask = _offsetMask = 0;
    }

    private void Check<T>(ulong offset, ulong count) where T : unmanaged
    {
        ObjectDisposedException.ThrowIf(_base == null, this);
        if (offset > Size || count > (Size - offset) / (ulong)sizeof(T))
            throw new ArgumentOutOfRangeException(nameof(offset), $"{count} x {typeof(T).Name} at offset {offset} do not lie within the arena of {Size} bytes");
        if ((offset & (Alignment<T>() - 1)) != 0)
            throw new ArgumentOutOfRangeException(nameof(offset), $"offset {offset} is not aligned for {typeof(T).Name}");
    }

    /// <summary>Natural alignment that the size allows: shared structs are padded to theirs.</summary>
    private static ulong Alignment<T>() where T : unmanaged => Math.Min(8ul, (ulong)sizeof(T) & (~(ulong)sizeof(T) + 1));

    private static void RequireSize(ulong size)
    {
        if (!BitOperations.IsPow2(size) || size is < PageSize or > MaxSize)
            throw new ArgumentOutOfRangeException(nameof(size), $"an arena has a power of two of bytes between {PageSize} and {MaxSize}, not {size}");
    }

    [DoesNotReturn]
    private static void ThrowTooLarge<T>() =>
        throw new NotSupportedException($"{typeof(T).Name} is larger than the guard behind an arena ({GuardSize} bytes)");
}
