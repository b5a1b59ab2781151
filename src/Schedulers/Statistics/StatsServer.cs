// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime;

namespace Wd40.Schedulers.Statistics;

/// <summary>
/// Serves statistics on a UNIX socket, compatible with scx_stats, from one helper thread. Everything is allocated and run once by
/// the constructor, before attach; afterwards an answer allocates nothing. The thread reads the arena itself and asks nobody.
/// </summary>
public sealed class StatsServer : IDisposable
{
    private readonly StatsServerOptions _options;
    private readonly UnixStreamServer _sockets;
    private readonly StatsResponder _responder;
    private readonly StatsConnection[] _connections;
    private Thread? _thread;
    private long _dropped;
    private long _failed;

    /// <summary>Allocates all buffers and answers each kind of request once. Refuses a path that is taken.</summary>
    /// <param name="source">Where the statistics come from; read on the helper thread.</param>
    /// <param name="loop">Figures of the main loop.</param>
    /// <param name="options">Path, identity and limits.</param>
    /// <exception cref="SchedulerException">A live server answers on the path, or it is no socket.</exception>
    public StatsServer(IStatsSource source, LoopFigures loop, StatsServerOptions options)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(loop);
        ArgumentNullException.ThrowIfNull(options);
        UnixSocketFile.EnsureFree(options.Path);
        _options = options;
        _sockets = new UnixStreamServer(options.MaxConnections);
        _responder = new StatsResponder(source, loop, options.Identity, options.Live);
        // Two large arrays instead of many: pages that no client ever needs are never touched.
        var input = GC.AllocateUninitializedArray<byte>(options.MaxConnections * StatsConnection.MaxLineBytes);
        var output = GC.AllocateUninitializedArray<byte>(options.MaxConnections * _responder.MaxAnswerBytes);
        _connections = new StatsConnection[options.MaxConnections];
        for (var slot = 0; slot < _connections.Length; slot++)
        {
            _connections[slot] = new StatsConnection(_sockets, slot, _responder, new StatsBaseline(source.Shape),
                input.AsMemory(slot * StatsConnection.MaxLineBytes, StatsConnection.MaxLineBytes),
                output.AsMemory(slot * _responder.MaxAnswerBytes, _responder.MaxAnswerBytes), options.WriteTimeoutMs);
        }
        WarmUp(source.Shape);
    }

    /// <summary>Connections closed at once because the limit was reached.</summary>
    public long RefusedConnections => _sockets.RefusedConnections;

    /// <summary>Clients dropped because they did not read their answers in time.</summary>
    public long DroppedConnections => Volatile.Read(ref _dropped);

    /// <summary>Connections closed because of an error of the server.</summary>
    public long FailedConnections => Volatile.Read(ref _failed);

    /// <summary>Creates the socket and starts serving. Call it after a successful attach, once.</summary>
    /// <exception cref="SchedulerException">The path is taken, or the socket could not be created.</exception>
    public void Start()
    {
        if (_thread is not null)
            throw new InvalidOperationException("the statistics server runs already");
        _sockets.Listen(_options.Path, _options.Group);
        _thread = new Thread(Serve) { Name = "wd40-stats", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Ends all connections and the thread, and removes the socket if it is still this server's.</summary>
    public void Dispose()
    {
        if (_thread is not null)
        {
            _sockets.Wake();
            _thread.Join();
        }
        _sockets.Dispose();
        _responder.Dispose();
    }

    private void WarmUp(StatsShape shape)
    {
        var baseline = new StatsBaseline(shape);
        ReadOnlySpan<string> requests =
        [
            """{"req":"stats"}""", """{"req":"stats","args":{"target":"top","mode":"total"}}""", """{"req":"stats_meta","args":{}}""",
            """{"req":"version","other":[1]}""", """{"req":"health"}""", """{"req":"tune"}""", """{"req":"warm-up"}""", "{",
        ];
        StatsJson.WarmUp();
        foreach (var request in requests)
            _ = _responder.Answer(System.Text.Encoding.UTF8.GetBytes(request), baseline, mayChange: true);
    }

    private void Serve()
    {
        while (true)
        {
            _sockets.Wait(Timeout());
            if (_sockets.Woken)
                return;
            var now = Environment.TickCount64;
            foreach (var connection in _connections)
            {
                if (connection.IsOpen)
                    ServeOne(connection, now);
            }
            for (var slot = _sockets.Accept(); slot >= 0; slot = _sockets.Accept())
                _connections[slot].Open();
        }
    }

    private void ServeOne(StatsConnection connection, long now)
    {
        try
        {
            if (!connection.Serve(now))
                Volatile.Write(ref _dropped, _dropped + 1);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // One client's request must not end the scheduler: an exception that leaves a thread ends the process.
            connection.Close();
            Volatile.Write(ref _failed, _failed + 1);
        }
    }

    /// <summary>Milliseconds until the first client has to be dropped; -1: nobody is late.</summary>
    private int Timeout()
    {
        var now = Environment.TickCount64;
        long soonest = -1;
        foreach (var connection in _connections)
        {
            var remaining = connection.RemainingMs(now);
            if (remaining >= 0 && (soonest < 0 || remaining < soonest))
                soonest = remaining;
        }
        return (int)soonest;
    }
}
