// SPDX-License-Identifier: GPL-2.0-only
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Wd40.Bench;

/// <summary>User-space ends of libbpf's ring buffers: one up, one down.</summary>
internal sealed class RingBuffers : IDisposable
{
    private readonly nint _reader, _writer;

    /// <summary>Maps them.</summary>
    /// <exception cref="InvalidOperationException">libbpf cannot.</exception>
    internal RingBuffers(RingObject rings)
    {
        _reader = NativeRings.ReaderOpen(rings.Map("rings_buffer_up"));
        _writer = NativeRings.WriterOpen(rings.Map("rings_buffer_down"));
        if (_reader != 0 && _writer != 0)
            return;
        Dispose();
        throw new InvalidOperationException("libbpf cannot map the ring buffers");
    }

    /// <summary>Copies all messages out that came up.</summary>
    /// <returns>How many.</returns>
    /// <exception cref="InvalidOperationException">A message has another size, or there is no room.</exception>
    internal int Read<T>(Span<T> to) where T : unmanaged
    {
        var count = NativeRings.ReaderRead(_reader, ref MemoryMarshal.AsBytes(to)[0], (uint)Unsafe.SizeOf<T>(), (uint)to.Length);
        return count >= 0 ? (int)count : throw new InvalidOperationException($"cannot read the ring buffer (errno {-count})");
    }

    /// <summary>Sends messages down, one by one.</summary>
    /// <exception cref="InvalidOperationException">There is no room.</exception>
    internal void Write<T>(ReadOnlySpan<T> from) where T : unmanaged
    {
        var error = NativeRings.WriterWrite(_writer, in MemoryMarshal.AsBytes(from)[0], (uint)Unsafe.SizeOf<T>(), (uint)from.Length);
        if (error < 0)
            throw new InvalidOperationException($"cannot write the user ring buffer (errno {-error})");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_reader != 0)
            NativeRings.ReaderClose(_reader);
        if (_writer != 0)
            NativeRings.WriterClose(_writer);
    }
}
