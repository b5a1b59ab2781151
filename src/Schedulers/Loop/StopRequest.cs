// SPDX-License-Identifier: GPL-2.0-only
using System.Runtime.InteropServices;

namespace Wd40.Schedulers;

/// <summary>
/// SIGINT and SIGTERM as a request to stop, from the moment of construction on, so that a signal during start-up or
/// re-initialisation is not lost (it is looked at before each attempt to start).
/// </summary>
public sealed class StopRequest : IDisposable
{
    private readonly ManualResetEvent _event = new(false);
    private readonly PosixSignalRegistration[] _registrations;
    private readonly Action? _onRequest;
    private volatile bool _requested;
    private volatile bool _terminated;

    /// <summary>Listens for SIGINT and SIGTERM.</summary>
    /// <param name="onRequest">Called at each request, on the thread that makes it; may be null.</param>
    public StopRequest(Action? onRequest = null)
    {
        _onRequest = onRequest;
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle),
        ];
    }

    /// <summary>True once a stop was asked for.</summary>
    public bool IsRequested => _requested;

    /// <summary>True if what asked was SIGTERM, and nothing else: how service managers end a process, and not a user at the terminal.</summary>
    public bool IsTermination => _terminated;

    /// <summary>Asks to stop, as a signal does.</summary>
    public void Request()
    {
        _requested = true;
        _event.Set();
        _onRequest?.Invoke();
    }

    /// <summary>Waits for a request, without allocating.</summary>
    /// <param name="milliseconds">Longest wait.</param>
    /// <returns>True when a stop is requested.</returns>
    public bool Wait(int milliseconds) => _event.WaitOne(milliseconds);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
        _event.Dispose();
    }

    /// <summary>What a signal does; on the thread of the runtime that delivers it.</summary>
    internal void Handle(PosixSignalContext context)
    {
        // The default action would end the process before it has detached and reported.
        context.Cancel = true;
        _terminated = context.Signal == PosixSignal.SIGTERM && (!_requested || _terminated);
        Request();
    }
}
