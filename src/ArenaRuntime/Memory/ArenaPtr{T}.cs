// SPDX-License-Identifier: GPL-2.0-only
using System.Runtime.CompilerServices;

namespace Wd40.ArenaRuntime;

/// <summary>
/// A reference to a <typeparamref name="T"/> in an arena: the 8 bytes that the BPF side stores (a full user address, null is 0), so it
/// can stand inside shared structs. Whatever its bits are, <see cref="In"/> stays inside the arena: a damaged pointer yields the wrong
/// object, never a fault. Who must know that it is the right object compares generations.
/// </summary>
/// <typeparam name="T">The struct pointed to, at most <see cref="Arena.GuardSize"/> bytes.</typeparam>
public readonly struct ArenaPtr<T> : IEquatable<ArenaPtr<T>> where T : unmanaged
{
    private readonly ulong _bits;

    /// <summary>Takes the bits as the BPF side stores them.</summary>
    public ArenaPtr(ulong bits) => _bits = bits;

    /// <summary>The bits as stored.</summary>
    public ulong Bits => _bits;

    /// <summary>True for the null pointer.</summary>
    public bool IsNull => _bits == 0;

    /// <summary>The object pointed to, for one AND and one addition. Null refers to the first bytes of the reserved page 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref T In(Arena arena) => ref arena.At<T>(_bits);

    /// <inheritdoc/>
    public bool Equals(ArenaPtr<T> other) => _bits == other._bits;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ArenaPtr<T> other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _bits.GetHashCode();

    /// <summary>Equality of the bits.</summary>
    public static bool operator ==(ArenaPtr<T> left, ArenaPtr<T> right) => left._bits == right._bits;

    /// <summary>Inequality of the bits.</summary>
    public static bool operator !=(ArenaPtr<T> left, ArenaPtr<T> right) => left._bits != right._bits;

    /// <summary>The bits in hexadecimal.</summary>
    public override string ToString() => $"0x{_bits:x}";
}
