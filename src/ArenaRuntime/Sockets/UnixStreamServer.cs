// SPDX-License-Identifier: GPL-2.0-only
using System.Runtime.InteropServices;
using static Wd40.ArenaRuntime.Interop;

namespace Wd40.ArenaRuntime;

/// <summary>
/// A UNIX stream socket with a fixed number of connections, driven by one thread. Connections are slot numbers; everything is
/// allocated by the constructor, so that accepting, receiving, sending and closing allocate nothing. Only
/// <see cref="Wake"/> may be called from another thread.
/// </summary>
public sealed class UnixStreamServer : IDisposable
{
    /// <summary>What <see cref="Receive"/> and <see cref="Send"/> return when the call would have to wait.</summary>
    public const int WouldBlock = -1;

    /// <summary>What <see cref="Receive"/> and <see cref="Send"/> return when the connection is broken: close it.</summary>
    public const int Broken = -2;

    private const int ListenerEntry = 0, WakeEntry = 1, FirstConnection = 2, Backlog = 128;
    private const int RetryMilliseconds = 1000;
    private readonly Libc.PollDescriptor[] _entries;
    private (uint Major, uint Minor, ulong Inode) _identity;
    private string? _path;
    private bool _disposed;

    /// <summary>Allocates the slots; no socket exists yet.</summary>
    /// <param name="maxConnections">Connections at a time; further ones are accepted and closed at once.</param>
    /// <exception cref="SchedulerException">The wake-up descriptor could not be created.</exception>
    public UnixStreamServer(int maxConnections)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxConnections);
        MaxConnections = maxConnections;
        _entries = new Libc.PollDescriptor[FirstConnection + maxConnections];
        foreach (ref var entry in _entries.AsSpan())
            entry.Fd = -1;
        var wake = Libc.EventFd(0, Libc.EventCloseOnExec | Libc.EventNonBlocking);
        if (wake < 0)
            throw UnixSocketFile.Failure("cannot create an event descriptor", Marshal.GetLastPInvokeError());
        _entries[WakeEntry] = new Libc.PollDescriptor { Fd = wake, Events = Libc.PollIn };
        ResolveCalls();
    }

    /// <summary>Connections at a time.</summary>
    public int MaxConnections { get; }

    /// <summary>Connections closed at once because all slots were taken.</summary>
    public long RefusedConnections { get; private set; }

    /// <summary>Whether another thread called <see cref="Wake"/>. Stays true.</summary>
    public bool Woken => (_entries[WakeEntry].ReturnedEvents & Libc.PollIn) != 0;

    /// <summary>
    /// Creates the socket under a temporary name with mode 0660, listens, and renames it into place; a stale socket file is replaced.
    /// </summary>
    /// <param name="path">Where clients connect; missing directories are created.</param>
    /// <param name="group">Numeric group that may connect as well; null leaves the process's own.</param>
    /// <exception cref="SchedulerException">A live server answers there, the path is no socket, or the socket could not be created.</exception>
    public void Listen(string path, uint? group = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        ObjectDisposedException.ThrowIf(_disposed, this);
        UnixSocketFile.EnsureFree(path);
        var temporary = $"{path}.{Environment.ProcessId}";
        var (listener, identity) = UnixSocketFile.Bind(temporary, group);
        if (Libc.Listen(listener, Backlog) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            _ = Libc.Close(listener);
            File.Delete(temporary);
            throw UnixSocketFile.Failure($"cannot listen on the UNIX socket {path}", error);
        }
        File.Move(temporary, path, overwrite: true);
        _identity = identity;
        _path = path;
        _entries[ListenerEntry] = new Libc.PollDescriptor { Fd = listener, Events = Libc.PollIn };
    }

    /// <summary>Waits until a connection, data, room to send or a <see cref="Wake"/> is there, or the time is over.</summary>
    /// <param name="timeoutMilliseconds">At most this long; negative: for ever.</param>
    public unsafe void Wait(int timeoutMilliseconds)
    {
        // The listener is switched off when no descriptor was left for a new connection: look again after a while.
        ref var listener = ref _entries[ListenerEntry];
        var paused = listener.Fd >= 0 && listener.Events == 0;
        if (paused && (uint)timeoutMilliseconds > RetryMilliseconds)
            timeoutMilliseconds = RetryMilliseconds;
        int ready;
        fixed (Libc.PollDescriptor* entries = _entries)
            ready = Libc.Poll(entries, (nuint)_entries.Length, timeoutMilliseconds);
        if (ready < 0)
        {
            foreach (ref var entry in _entries.AsSpan())
                entry.ReturnedEvents = 0;
        }
        if (paused)
            listener.Events = Libc.PollIn;
    }

    /// <summary>Takes one waiting connection, if there is one and a slot is free.</summary>
    /// <returns>Its slot, from 0; -1 when none is waiting.</returns>
    public unsafe int Accept()
    {
        ref var listener = ref _entries[ListenerEntry];
        while ((listener.ReturnedEvents & Libc.PollIn) != 0)
        {
            var fd = Libc.Accept(listener.Fd, null, null, Libc.SocketCloseOnExec | Libc.SocketNonBlocking);
            if (fd < 0)
            {
                var error = Marshal.GetLastPInvokeError();
                if (error is Libc.Interrupted or Libc.ConnectionAborted)
                    continue;
                if (error != Libc.TryAgain)
                    listener.Events = 0;
                return -1;
            }
            for (var slot = 0; slot < MaxConnections; slot++)
            {
                ref var entry = ref _entries[FirstConnection + slot];
                if (entry.Fd >= 0)
                    continue;
                entry = new Libc.PollDescriptor { Fd = fd, Events = Libc.PollIn };
                return slot;
            }
            RefusedConnections++;
            _ = Libc.Close(fd);
        }
        return -1;
    }

    /// <summary>Whether the client connected as root or as the user of this process.</summary>
    public unsafe bool IsFromOwner(int slot)
    {
        var peer = default(Libc.Credentials);
        var length = (uint)sizeof(Libc.Credentials);
        // SAFETY: the kernel writes at most `length` bytes into `peer`.
        return Libc.SocketOption(_entries[FirstConnection + slot].Fd, Libc.SocketLevel, Libc.PeerCredentials, &peer, &length) == 0
            && (peer.User == 0 || peer.User == Libc.EffectiveUser());
    }

    /// <summary>Whether the slot is connected and the last <see cref="Wait"/> saw something to receive: data, the end, or an error.</summary>
    public bool CanReceive(int slot) => IsReady(slot, Libc.PollIn | Libc.PollHangUp | Libc.PollError);

    /// <summary>Whether the slot is connected and the last <see cref="Wait"/> saw room to send, or an error.</summary>
    public bool CanSend(int slot) => IsReady(slot, Libc.PollOut | Libc.PollHangUp | Libc.PollError);

    /// <summary>Chooses what <see cref="Wait"/> waits for on a connection: room to send, or something to receive.</summary>
    public void WaitForRoom(int slot, bool room) => _entries[FirstConnection + slot].Events = room ? Libc.PollOut : Libc.PollIn;

    /// <summary>Receives without waiting.</summary>
    /// <returns>Bytes received; 0 at the end; <see cref="WouldBlock"/> or <see cref="Broken"/>.</returns>
    public unsafe int Receive(int slot, Span<byte> buffer)
    {
        fixed (byte* data = buffer)
            return Result(Libc.Receive(_entries[FirstConnection + slot].Fd, data, (nuint)buffer.Length, 0));
    }

    /// <summary>Sends without waiting.</summary>
    /// <returns>Bytes sent, perhaps fewer than given; <see cref="WouldBlock"/> or <see cref="Broken"/>.</returns>
    public unsafe int Send(int slot, ReadOnlySpan<byte> data)
    {
        fixed (byte* bytes = data)
            return Result(Libc.Send(_entries[FirstConnection + slot].Fd, bytes, (nuint)data.Length, Libc.MessageNoSignal));
    }

    /// <summary>Ends a connection and frees its slot.</summary>
    public void Close(int slot)
    {
        ref var entry = ref _entries[FirstConnection + slot];
        if (entry.Fd < 0)
            return;
        _ = Libc.Close(entry.Fd);
        entry = new Libc.PollDescriptor { Fd = -1 };
    }

    /// <summary>Ends the current or next <see cref="Wait"/>. May be called from any thread until <see cref="Dispose"/>.</summary>
    public void Wake() => _ = Libc.EventWrite(_entries[WakeEntry].Fd, 1);

    /// <summary>Closes everything and removes the socket file if it is still ours. The serving thread must have ended.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        if (_path is not null && UnixSocketFile.Identify(_path) is { } found && found == _identity)
            File.Delete(_path);
        foreach (ref var entry in _entries.AsSpan())
        {
            if (entry.Fd >= 0)
                _ = Libc.Close(entry.Fd);
            entry.Fd = -1;
        }
    }

    /// <summary>
    /// Makes each call of the steady state once, on a descriptor that does not exist: the runtime looks up native functions at their
    /// first call, and that allocates.
    /// </summary>
    private unsafe void ResolveCalls()
    {
        Span<byte> nothing = [0];
        Wait(0);
        _ = Libc.Accept(-1, null, null, 0);
        _ = IsFromOwner(0);
        _ = Libc.EffectiveUser();
        _ = Receive(0, nothing);
        _ = Send(0, nothing);
        _ = Libc.Close(-1);
    }

    private static int Result(nint value) => value >= 0
        ? (int)value
        : Marshal.GetLastPInvokeError() is Libc.TryAgain or Libc.Interrupted ? WouldBlock : Broken;

    private bool IsReady(int slot, int events)
    {
        ref var entry = ref _entries[FirstConnection + slot];
        return entry.Fd >= 0 && (entry.ReturnedEvents & events) != 0;
    }
}
