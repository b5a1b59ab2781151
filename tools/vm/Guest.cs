// SPDX-License-Identifier: GPL-2.0-only
using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Text;

namespace Wd40.Vm;

/// <summary>
/// A running guest. One boot serves many commands, also several at once. Each wait ends with an answer, at its limit, or with
/// <see cref="GuestDeadException"/>. Disposing powers the guest off.
/// </summary>
public sealed partial class Guest : IAsyncDisposable
{
    private const int PutChunk = 4 << 20;

    /// <summary>Wall time within which the agent, which runs at real-time priority, must react to anything.</summary>
    internal static readonly TimeSpan AnswerLimit = TimeSpan.FromMinutes(1);

    private readonly QemuProcess _qemu;
    private readonly AgentConnection _agent;
    private readonly ConcurrentDictionary<uint, GuestJob> _jobs = [];
    private readonly ConcurrentDictionary<uint, TaskCompletionSource<int>> _acknowledgements = [];
    private readonly List<KernelLogRecord> _kernelLog = [];
    private readonly TaskCompletionSource<int> _hello = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _death = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _reading = Task.CompletedTask;
    private uint _lastJob;
    private bool _disposed;

    private Guest(GuestOptions options, KernelImage kernel, QemuProcess qemu, AgentConnection agent)
    {
        Options = options;
        Kernel = kernel;
        _qemu = qemu;
        _agent = agent;
    }

    /// <summary>What was booted.</summary>
    public GuestOptions Options { get; }

    /// <summary>The kernel that runs.</summary>
    public KernelImage Kernel { get; }

    /// <summary>Wall time from the start of QEMU to the agent's first word.</summary>
    public TimeSpan BootTime { get; private set; }

    /// <summary>Runs a command to its end.</summary>
    /// <param name="command">A line for the guest's sh.</param>
    /// <param name="limit">Wall time; at the limit the command and all it started are killed. Bounds in guest time belong into the command (<c>timeout 10 ...</c>).</param>
    /// <exception cref="GuestDeadException">The guest died.</exception>
    public async Task<GuestResult> RunAsync(
        string command, TimeSpan? limit = null, GuestStreams? streams = null, CancellationToken cancellation = default)
    {
        GuestJob job = await StartAsync(command, streams, cancellation).ConfigureAwait(false);
        return await job.WaitAsync(limit, cancellation).ConfigureAwait(false);
    }

    /// <summary>Starts a command and returns at once.</summary>
    /// <exception cref="GuestDeadException">The guest died.</exception>
    public async Task<GuestJob> StartAsync(string command, GuestStreams? streams = null, CancellationToken cancellation = default)
    {
        uint id = Interlocked.Increment(ref _lastJob);
        GuestJob job = new(this, id, command, streams ?? GuestStreams.None);
        _jobs[id] = job;
        await SendAsync(id, AgentFrameType.Run, Encoding.UTF8.GetBytes(command), cancellation).ConfigureAwait(false);
        return job;
    }

    /// <summary>Reads a file of the guest.</summary>
    /// <exception cref="GuestCommandException">It cannot be read.</exception>
    public async Task<byte[]> ReadFileAsync(string path, CancellationToken cancellation = default)
    {
        GuestResult result = await RunAsync($"cat {Quote(path)}", null, null, cancellation).ConfigureAwait(false);
        return result.EnsureSuccess().OutputBytes.ToArray();
    }

    /// <summary>Writes a file of the guest; directories above it are made.</summary>
    /// <exception cref="VmException">The guest refused.</exception>
    public async Task WriteFileAsync(string path, ReadOnlyMemory<byte> content, UnixFileMode mode = (UnixFileMode)0x1A4, CancellationToken cancellation = default)
    {
        byte[] name = [.. Encoding.UTF8.GetBytes(path), 0];
        int offset = 0;
        do
        {
            int length = Math.Min(PutChunk, content.Length - offset);
            byte[] payload = new byte[5 + name.Length + length];
            BinaryPrimitives.WriteInt32LittleEndian(payload, (int)mode);
            payload[4] = (byte)(offset == 0 ? 1 : 0);
            name.CopyTo(payload, 5);
            content.Slice(offset, length).CopyTo(payload.AsMemory(5 + name.Length));
            int error = await RequestAsync(AgentFrameType.PutFile, payload, cancellation).ConfigureAwait(false);
            if (error != 0)
            {
                throw new VmException($"{path}: the guest could not write it (errno {error}).");
            }

            offset += length;
        }
        while (offset < content.Length);
    }

    /// <summary>The kernel log up to now, complete: the guest is asked to send what it has not sent yet.</summary>
    /// <exception cref="VmException">It is empty: what was not captured must not pass for a clean log.</exception>
    /// <exception cref="GuestDeadException">The guest died.</exception>
    public async Task<IReadOnlyList<KernelLogRecord>> ReadKernelLogAsync(CancellationToken cancellation = default)
    {
        await RequestAsync(AgentFrameType.Drain, ReadOnlyMemory<byte>.Empty, cancellation).ConfigureAwait(false);
        IReadOnlyList<KernelLogRecord> log = KernelLogSoFar();
        return log.Count > 0 ? log : throw new VmException("the kernel log is empty: it was not captured (is /dev/kmsg there?).");
    }

    /// <summary>The part of the kernel log that has arrived; also readable when the guest is dead.</summary>
    public IReadOnlyList<KernelLogRecord> KernelLogSoFar()
    {
        lock (_kernelLog)
        {
            return [.. _kernelLog];
        }
    }

    /// <summary>The last lines of the serial console.</summary>
    public IReadOnlyList<string> ConsoleTail(int lines = 40) => _qemu.ConsoleTail(lines);

    /// <summary>Powers the guest off, or ends QEMU when the guest does not.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        try
        {
            if (!_qemu.HasExited)
            {
                await _agent.SendAsync(0, AgentFrameType.PowerOff, ReadOnlyMemory<byte>.Empty, CancellationToken.None).ConfigureAwait(false);
                await _qemu.WaitForExitAsync(TimeSpan.FromSeconds(15)).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is IOException or TimeoutException or ObjectDisposedException)
        {
            // Not answering is no error any more; the process is ended below.
        }

        await _qemu.DisposeAsync().ConfigureAwait(false);
        await _reading.ConfigureAwait(false);
        _agent.Dispose();
    }

    internal async Task SendAsync(uint job, AgentFrameType type, ReadOnlyMemory<byte> payload, CancellationToken cancellation)
    {
        try
        {
            await OrDeathAsync(Wrapped(_agent.SendAsync(job, type, payload, cancellation)), AnswerLimit, cancellation).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw await DeclareDeadAsync("the guest no longer reads its channel").ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            throw await DeclareDeadAsync($"the channel to the guest broke ({e.Message})").ConfigureAwait(false);
        }

        static async Task<int> Wrapped(Task task)
        {
            await task.ConfigureAwait(false);
            return 0;
        }
    }

    /// <summary>The task's result, unless the guest dies first or the limit passes (<see cref="TimeoutException"/>).</summary>
    internal async Task<T> OrDeathAsync<T>(Task<T> task, TimeSpan limit, CancellationToken cancellation)
    {
        Task first = await Task.WhenAny(task, _death.Task).WaitAsync(limit, cancellation).ConfigureAwait(false);
        if (first != task && !task.IsCompleted)
        {
            throw await DeclareDeadAsync("the guest ended").ConfigureAwait(false);
        }

        return await task.ConfigureAwait(false);
    }

    /// <summary>Ends QEMU and makes the exception that says why.</summary>
    internal async Task<GuestDeadException> DeclareDeadAsync(string what)
    {
        await _qemu.EndAsync().ConfigureAwait(false);
        bool byEmulator = EmulatorFault.Killed(Options.Clock, ConsoleTail(EmulatorFault.ConsoleLines));
        return new GuestDeadException($"{what}; {(byEmulator ? EmulatorFault.Words + "; " : "")}kernel {Kernel.Name}, {_qemu.HowItEnded}", ConsoleTail())
        {
            ByEmulator = byEmulator,
        };
    }

    private static string Quote(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private async Task<int> RequestAsync(AgentFrameType type, ReadOnlyMemory<byte> payload, CancellationToken cancellation)
    {
        uint id = Interlocked.Increment(ref _lastJob);
        TaskCompletionSource<int> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _acknowledgements[id] = answer;
        await SendAsync(id, type, payload, cancellation).ConfigureAwait(false);
        try
        {
            return await OrDeathAsync(answer.Task, AnswerLimit, cancellation).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw await DeclareDeadAsync($"the guest did not answer request {type}").ConfigureAwait(false);
        }
    }

    private async Task ReadFramesAsync()
    {
        try
        {
            while (await _agent.ReceiveAsync(CancellationToken.None).ConfigureAwait(false) is { } frame)
            {
                Dispatch(frame);
            }
        }
        catch (Exception e) when (e is IOException or InvalidDataException or ObjectDisposedException)
        {
            _qemu.Note(e.Message);
        }
        finally
        {
            _death.TrySetResult();
        }
    }

    private void Dispatch(AgentFrame frame)
    {
        switch (frame.Type)
        {
            case AgentFrameType.Hello:
                if (Encoding.UTF8.GetString(frame.Payload) != AgentConnection.Version)
                {
                    throw new InvalidDataException($"the guest's agent speaks version '{Encoding.UTF8.GetString(frame.Payload)}', expected '{AgentConnection.Version}'");
                }

                _hello.TrySetResult(0);
                break;
            case AgentFrameType.KernelLog:
                KernelLogRecord record;
                try
                {
                    record = KernelLogRecord.Parse(frame.Payload);
                }
                catch (FormatException e)
                {
                    throw new InvalidDataException(e.Message, e);
                }

                lock (_kernelLog)
                {
                    _kernelLog.Add(record);
                }

                break;
            case AgentFrameType.Drain when _acknowledgements.TryRemove(frame.Job, out TaskCompletionSource<int>? drained):
                drained.TrySetResult(0);
                break;
            case AgentFrameType.End when _acknowledgements.TryRemove(frame.Job, out TaskCompletionSource<int>? answered):
                answered.TrySetResult(BinaryPrimitives.ReadInt32LittleEndian(frame.Payload));
                break;
            default:
                if (_jobs.TryGetValue(frame.Job, out GuestJob? job))
                {
                    job.Receive(frame);
                    if (frame.Type == AgentFrameType.End)
                    {
                        _jobs.TryRemove(frame.Job, out _);
                    }
                }

                break;
        }
    }
}
