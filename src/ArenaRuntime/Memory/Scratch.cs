// SPDX-License-Identifier: GPL-2.0-only
using System.Runtime.CompilerServices;

namespace Wd40.ArenaRuntime;

/// <summary>Space that a shared struct leaves to whoever writes it, seen as a type of its user's.</summary>
public static class Scratch
{
    /// <summary>The space as a <typeparamref name="T"/>.</summary>
    /// <param name="space">The space; it must stay where it is as long as the result is used, as arena memory does.</param>
    /// <typeparam name="TSpace">Type of the field.</typeparam>
    /// <typeparam name="T">What its user keeps there.</typeparam>
    /// <exception cref="ArgumentException"><typeparamref name="T"/> is larger than the space.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ref T As<TSpace, T>(ref TSpace space) where TSpace : unmanaged where T : unmanaged
    {
        // Both sizes are known when this is compiled: nothing is left of the test.
        if (Unsafe.SizeOf<T>() > Unsafe.SizeOf<TSpace>())
            throw new ArgumentException($"{typeof(T).Name} needs {Unsafe.SizeOf<T>()} bytes, there are {Unsafe.SizeOf<TSpace>()}");
        // SAFETY: T is unmanaged and fits into the space.
        return ref Unsafe.As<TSpace, T>(ref space);
    }
}
