// SPDX-License-Identifier: GPL-2.0-only
using System.Buffers.Binary;
using System.Net.Sockets;

namespace Wd40.Vm;

/// <summary>Frames to and from the guest's agent (guest/agent.c documents them). Reading and writing are independent of each other.</summary>
internal sealed class AgentConnection(Socket socket) : IDisposable
{
    /// <summary>The agent's version of the protocol.</summary>
    public const string Version = "1";

    private const int HeaderLength = 9;
    private const uint LongestPayload = 8 << 20;

    private readonly NetworkStream _stream = new(socket, ownsSocket: true);
    private readonly SemaphoreSlim _writing = new(1);

    /// <summary>Sends one frame.</summary>
    public async Task SendAsync(uint job, AgentFrameType type, ReadOnlyMemory<byte> payload, CancellationToken cancellation)
    {
        byte[] header = new byte[HeaderLength];
        BinaryPrimitives.WriteUInt32LittleEndian(header, (uint)payload.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(4), job);
        header[8] = (byte)type;
        await _writing.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            await _stream.WriteAsync(header, cancellation).ConfigureAwait(false);
            await _stream.WriteAsync(payload, cancellation).ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Waits for the next frame; null when the guest has closed its side.</summary>
    /// <exception cref="InvalidDataException">What arrived is no frame.</exception>
    public async Task<AgentFrame?> ReceiveAsync(CancellationToken cancellation)
    {
        byte[] header = new byte[HeaderLength];
        if (await _stream.ReadAtLeastAsync(header, HeaderLength, throwOnEndOfStream: false, cancellation).ConfigureAwait(false) < HeaderLength)
        {
            return null;
        }

        uint length = BinaryPrimitives.ReadUInt32LittleEndian(header);
        if (length > LongestPayload)
        {
            throw new InvalidDataException($"the agent announced a frame of {length} bytes");
        }

        byte[] payload = new byte[length];
        if (await _stream.ReadAtLeastAsync(payload, (int)length, throwOnEndOfStream: false, cancellation).ConfigureAwait(false) < length)
        {
            return null;
        }

        return new AgentFrame(BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(4)), (AgentFrameType)header[8], payload);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stream.Dispose();
        _writing.Dispose();
    }
}
