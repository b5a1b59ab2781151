// SPDX-License-Identifier: GPL-2.0-only
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Wd40.ArenaRuntime;

/// <summary>
/// A run of <typeparamref name="T"/> in an arena with a native-sized length. The indexer checks; enumeration needs no check and costs as
/// much as a C loop. Valid as long as the arena.
/// </summary>
public readonly ref struct ArenaSpan<T> where T : unmanaged
{
    private readonly ref T _first;
    private readonly nuint _length;

    internal ArenaSpan(ref T first, nuint length)
    {
        _first = ref first;
        _length = length;
    }

    /// <summary>Number of elements.</summary>
    public nuint Length => _length;

    /// <summary>True if there is no element.</summary>
    public bool IsEmpty => _length == 0;

    /// <summary>The element at an index.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is none.</exception>
    public ref T this[nuint index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            if (index >= _length)
                ThrowIndex();
            // SAFETY: index is below the length that Arena.Span checked against the arena's size.
            return ref Unsafe.Add(ref _first, index);
        }
    }

    /// <summary>The element at an index.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is none.</exception>
    public ref T this[int index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        // A negative index becomes one above every length.
        get => ref this[(nuint)(nint)index];
    }

    /// <summary>A part of the run.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The part does not lie within it.</exception>
    public ArenaSpan<T> Slice(nuint start, nuint length)
    {
        if (start > _length || length > _length - start)
            ThrowIndex();
        // SAFETY: start + length is at most the checked length.
        return new ArenaSpan<T>(ref Unsafe.Add(ref _first, start), length);
    }

    /// <summary>The same memory as a <see cref="Span{T}"/>, whose length is an int.</summary>
    /// <exception cref="OverflowException">There are more than 2^31 - 1 elements.</exception>
    public Span<T> AsSpan() => MemoryMarshal.CreateSpan(ref _first, checked((int)_length));

    /// <summary>Enumerates by reference.</summary>
    public Enumerator GetEnumerator() => new(this);

    [DoesNotReturn]
    private static void ThrowIndex() => throw new ArgumentOutOfRangeException(null, "the index lies outside the arena span");

    /// <summary>Walks the elements by reference. It moves a reference to the end: the loop that a C compiler makes of a pointer.</summary>
    public ref struct Enumerator
    {
        private ref T _current;
        private readonly ref T _end;

        internal Enumerator(ArenaSpan<T> span)
        {
            // SAFETY: the elements before the first and after the last are never read, and the memory is not the collector's, so any address may be held.
            _current = ref Unsafe.Subtract(ref span._first, 1);
            _end = ref Unsafe.Add(ref span._first, span._length);
        }

        /// <summary>The current element.</summary>
        // SAFETY: only read after MoveNext returned true, when it is one of the elements.
        public readonly ref T Current => ref _current;

        /// <summary>Goes to the next element.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public bool MoveNext()
        {
            _current = ref Unsafe.Add(ref _current, 1);
            return !Unsafe.AreSame(ref _current, ref _end);
        }
    }
}
