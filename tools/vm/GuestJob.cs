// SPDX-License-Identifier: GPL-2.0-only
using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics;
using System.Text;

namespace Wd40.Vm;

/// <summary>A command that runs in the guest.</summary>
public sealed class GuestJob
{
    private const int SigKill = 9;

    private readonly Guest _guest;
    private readonly uint _id;
    private readonly GuestStreams _streams;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly ArrayBufferWriter<byte> _output = new(), _error = new();
    private readonly TaskCompletionSource<int> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly StringBuilder _line = new();
    private TimeSpan _elapsed;
    private volatile bool _timedOut;

    internal GuestJob(Guest guest, uint id, string command, GuestStreams streams)
    {
        _guest = guest;
        _id = id;
        Command = command;
        _streams = streams;
    }

    /// <summary>The command line.</summary>
    public string Command { get; }

    /// <summary>True when it has ended.</summary>
    public bool HasEnded => _ended.Task.IsCompleted;

    /// <summary>What it has printed to standard output up to now.</summary>
    public string OutputSoFar => TextOf(_output);

    /// <summary>What it has printed to standard error up to now.</summary>
    public string ErrorSoFar => TextOf(_error);

    /// <summary>Sends a signal to the command and all that it started; does nothing when it has ended.</summary>
    /// <param name="signal">Number of the signal: 2 interrupt, 15 terminate, 9 kill.</param>
    public Task KillAsync(int signal, CancellationToken cancellation = default)
    {
        byte[] payload = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(payload, signal);
        return _guest.SendAsync(_id, AgentFrameType.Kill, payload, cancellation);
    }

    /// <summary>Waits for the end. At the limit the command is killed and the result says so.</summary>
    /// <param name="limit">Wall time from now; default that of <see cref="GuestOptions.DefaultCommandLimit"/>.</param>
    /// <exception cref="GuestDeadException">The guest died, or did not even answer the kill.</exception>
    public async Task<GuestResult> WaitAsync(TimeSpan? limit = null, CancellationToken cancellation = default)
    {
        TimeSpan wall = limit ?? _guest.Options.DefaultCommandLimit;
        try
        {
            await _guest.OrDeathAsync(_ended.Task, wall, cancellation).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            _timedOut = true;
            await KillAsync(SigKill, cancellation).ConfigureAwait(false);
            try
            {
                await _guest.OrDeathAsync(_ended.Task, Guest.AnswerLimit, cancellation).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                throw await _guest.DeclareDeadAsync($"the guest did not answer: '{Command}' ran into its limit of {wall.TotalSeconds:F0} s and could not be killed").ConfigureAwait(false);
            }
        }

        lock (_output)
        {
            return new GuestResult(Command, _ended.Task.Result, _output.WrittenSpan.ToArray(), _error.WrittenSpan.ToArray(), _elapsed, _timedOut);
        }
    }

    internal void Receive(AgentFrame frame)
    {
        switch (frame.Type)
        {
            case AgentFrameType.Output:
                Append(_output, frame.Payload);
                _streams.Output?.Write(frame.Payload);
                _streams.Output?.Flush();
                ReportLines(frame.Payload);
                break;
            case AgentFrameType.Error:
                Append(_error, frame.Payload);
                _streams.Error?.Write(frame.Payload);
                _streams.Error?.Flush();
                ReportLines(frame.Payload);
                break;
            case AgentFrameType.End:
                int status = BinaryPrimitives.ReadInt32LittleEndian(frame.Payload);
                _elapsed = _clock.Elapsed;
                if (_line.Length > 0)
                {
                    _streams.Lines?.Report(_line.ToString());
                }

                // The wait status of wait(2): the signal in the low 7 bits, else the exit status in the second byte.
                _ended.TrySetResult((status & 0x7F) != 0 ? 128 + (status & 0x7F) : (status >> 8) & 0xFF);
                break;
        }
    }

    private void Append(ArrayBufferWriter<byte> stream, byte[] bytes)
    {
        lock (_output)
        {
            stream.Write(bytes);
        }
    }

    private string TextOf(ArrayBufferWriter<byte> stream)
    {
        lock (_output)
        {
            return Encoding.UTF8.GetString(stream.WrittenSpan);
        }
    }

    private void ReportLines(byte[] bytes)
    {
        if (_streams.Lines is null)
        {
            return;
        }

        foreach (char c in Encoding.UTF8.GetString(bytes))
        {
            if (c == '\n')
            {
                _streams.Lines.Report(_line.ToString());
                _line.Clear();
            }
            else
            {
                _line.Append(c);
            }
        }
    }
}
