// SPDX-License-Identifier: GPL-2.0-only
using System.Text.Unicode;
using Wd40.ArenaRuntime;

namespace Wd40.Schedulers.Statistics;

/// <summary>
/// One connection slot: what it received and did not process yet, and what it has not sent yet. While an answer waits to be
/// sent nothing more is received, so a client that does not read costs a buffer and no more.
/// </summary>
internal sealed class StatsConnection
{
    /// <summary>Longest request line, line feed included.</summary>
    internal const int MaxLineBytes = 64 << 10;

    private readonly UnixStreamServer _sockets;
    private readonly StatsResponder _responder;
    private readonly StatsBaseline _baseline;
    private readonly Memory<byte> _input;
    private readonly Memory<byte> _output;
    private readonly int _slot;
    private readonly int _writeTimeoutMs;
    private int _received;
    private int _unsentStart;
    private int _unsentEnd;
    private long _deadline;
    private bool _atEnd;
    private bool _closeWhenSent;
    private bool _mayChange;

    /// <param name="sockets">Where the slot is.</param>
    /// <param name="slot">The slot.</param>
    /// <param name="responder">Makes the answers.</param>
    /// <param name="baseline">Of this slot alone.</param>
    /// <param name="input">Room for one line.</param>
    /// <param name="output">Room for one answer.</param>
    /// <param name="writeTimeoutMs">How long the client may take to read an answer.</param>
    internal StatsConnection(UnixStreamServer sockets, int slot, StatsResponder responder,
        StatsBaseline baseline, Memory<byte> input, Memory<byte> output,
        int writeTimeoutMs)
    {
        _sockets = sockets;
        _slot = slot;
        _responder = responder;
        _baseline = baseline;
        _input = input;
        _output = output;
        _writeTimeoutMs = writeTimeoutMs;
    }

    /// <summary>Whether a client is connected.</summary>
    internal bool IsOpen { get; private set; }

    /// <summary>Milliseconds until the client is dropped for not reading; negative while nothing waits to be sent.</summary>
    internal long RemainingMs(long now) => IsOpen && HasUnsent ? Math.Max(0, _deadline - now) : -1;

    private bool HasUnsent => _unsentEnd > _unsentStart;

    /// <summary>Starts serving a new client.</summary>
    internal void Open()
    {
        IsOpen = true;
        _mayChange = _sockets.IsFromOwner(_slot);
        _baseline.IsOpen = false;
        _received = _unsentStart = _unsentEnd = 0;
        _atEnd = _closeWhenSent = false;
    }

    /// <summary>Does what the last wait made possible.</summary>
    /// <param name="now">Milliseconds of the process's clock.</param>
    /// <returns>False if the client was dropped because it does not read.</returns>
    internal bool Serve(long now)
    {
        if (HasUnsent)
        {
            if (_sockets.CanSend(_slot))
                SendUnsent(now);
            else if (now >= _deadline)
            {
                Close();
                return false;
            }
        }
        else if (_sockets.CanReceive(_slot))
        {
            Receive(now);
        }
        return true;
    }

    /// <summary>Ends the connection.</summary>
    internal void Close()
    {
        _sockets.Close(_slot);
        IsOpen = false;
    }

    private void Receive(long now)
    {
        var received = _sockets.Receive(_slot, _input.Span[_received..]);
        if (received == UnixStreamServer.WouldBlock)
            return;
        if (received == UnixStreamServer.Broken)
        {
            Close();
            return;
        }
        _atEnd = received == 0;
        _received += received;
        ProcessLines(now);
    }

    private void ProcessLines(long now)
    {
        var input = _input.Span[.._received];
        while (!HasUnsent && !_closeWhenSent && input.Length > 0)
        {
            var end = input.IndexOf((byte)'\n');
            if (end < 0 && !_atEnd)
                break;
            var line = end < 0 ? input : input[..end];
            input = end < 0 ? default : input[(end + 1)..];
            if (!Utf8.IsValid(line))
            {
                Close();
                return;
            }
            Send(_responder.Answer(line, _baseline, _mayChange), now);
            if (!IsOpen)
                return;
        }
        input.CopyTo(_input.Span);
        _received = input.Length;
        if (_received == MaxLineBytes && !HasUnsent && input.IndexOf((byte)'\n') < 0)
        {
            _closeWhenSent = true;
            Send(_responder.Refuse($"bad request: a line of more than {MaxLineBytes} bytes"), now);
        }
        if (IsOpen && !HasUnsent && (_closeWhenSent || _atEnd))
            Close();
    }

    private void Send(ReadOnlySpan<byte> answer, long now)
    {
        var sent = _sockets.Send(_slot, answer);
        if (sent == UnixStreamServer.Broken)
        {
            Close();
            return;
        }
        var rest = answer[Math.Max(0, sent)..];
        if (rest.IsEmpty)
            return;
        rest.CopyTo(_output.Span);
        _unsentStart = 0;
        _unsentEnd = rest.Length;
        _deadline = now + _writeTimeoutMs;
        _sockets.WaitForRoom(_slot, true);
    }

    private void SendUnsent(long now)
    {
        var sent = _sockets.Send(_slot, _output.Span[_unsentStart.._unsentEnd]);
        if (sent == UnixStreamServer.Broken)
        {
            Close();
            return;
        }
        _unsentStart += Math.Max(0, sent);
        if (HasUnsent)
            return;
        _sockets.WaitForRoom(_slot, false);
        if (_closeWhenSent)
            Close();
        else
            ProcessLines(now);
    }
}
