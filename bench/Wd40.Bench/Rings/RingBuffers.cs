// SPDX-License-Identifier: GPL-2.0-only
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

    /// <summary>Copies all messages out that came up, as tasks.</summary>
    /// <returns>How many.</returns>
    /// <exception cref="InvalidOperationException">A message has another size, or there is no room.</exception>
    internal int Read(RingTask[] to) => Count(NativeRings.ReaderRead(_reader, ref to[0], RingTask.Size, (uint)to.Length));

    /// <summary>Copies all messages out that came up, as tokens.</summary>
    /// <returns>How many.</returns>
    /// <exception cref="InvalidOperationException">A message has another size, or there is no room.</exception>
    internal int Read(ulong[] to) => Count(NativeRings.ReaderRead(_reader, ref to[0], sizeof(ulong), (uint)to.Length));

    /// <summary>Sends decisions down, one by one.</summary>
    /// <exception cref="InvalidOperationException">There is no room.</exception>
    internal void Write(RingDecision[] from) => Count(NativeRings.WriterWrite(_writer, in from[0], RingDecision.Size, (uint)from.Length));

    /// <summary>Sends tokens down, one by one.</summary>
    /// <exception cref="InvalidOperationException">There is no room.</exception>
    internal void Write(ulong[] from) => Count(NativeRings.WriterWrite(_writer, in from[0], sizeof(ulong), (uint)from.Length));

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_reader != 0)
            NativeRings.ReaderClose(_reader);
        if (_writer != 0)
            NativeRings.WriterClose(_writer);
    }

    private static int Count(long result) =>
        result >= 0 ? (int)result : throw new InvalidOperationException($"libbpf cannot use the ring buffer (errno {-result})");
}
