// SPDX-License-Identifier: GPL-2.0-only
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Wd40.UnitTests.Statistics;

/// <summary>A client that sends any bytes. A server that does not answer at all fails the test after a minute.</summary>
internal sealed class RawClient : IDisposable
{
    private readonly Socket _socket =
        new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = 60_000, SendTimeout = 60_000 };
    private readonly byte[] _buffer = new byte[1 << 20];
    private int _start;
    private int _end;

    internal RawClient(string path) => _socket.Connect(new UnixDomainSocketEndPoint(path));

    internal void Send(string text) => Send(Encoding.UTF8.GetBytes(text));

    internal void Send(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
            bytes = bytes[_socket.Send(bytes)..];
    }

    internal void EndSending() => _socket.Shutdown(SocketShutdown.Send);

    /// <summary>The next line without its line feed; null at the end of the connection.</summary>
    internal string? ReadLine()
    {
        while (true)
        {
            var length = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
            if (length >= 0)
            {
                var line = Encoding.UTF8.GetString(_buffer, _start, length);
                _start += length + 1;
                return line;
            }
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
            int received;
            try
            {
                received = _socket.Receive(_buffer.AsSpan(_end));
            }
            catch (SocketException error) when (error.SocketErrorCode == SocketError.ConnectionReset)
            {
                received = 0;
            }
            if (received == 0)
            {
                Assert.That(_end, Is.Zero, "the connection ended in the middle of a line");
                return null;
            }
            _end += received;
        }
    }

    internal JsonElement ReadAnswer() =>
        JsonSerializer.Deserialize<JsonElement>(ReadLine() ?? throw new AssertionException("the server closed the connection"));

    internal JsonElement Request(string line)
    {
        Send(line + "\n");
        return ReadAnswer();
    }

    /// <summary>The value of a successful answer.</summary>
    internal JsonElement Value(string line)
    {
        var answer = Request(line);
        Assert.That(answer.GetProperty("errno").GetInt32(), Is.Zero, answer.ToString);
        return answer.GetProperty("args").GetProperty("resp");
    }

    /// <summary>The text of an error answer.</summary>
    internal string Error(string line) => ErrorText(Request(line));

    internal static string ErrorText(JsonElement answer)
    {
        Assert.That(answer.GetProperty("errno").GetInt32(), Is.EqualTo(22), answer.ToString);
        return answer.GetProperty("args").GetProperty("resp").GetString()!;
    }

    public void Dispose() => _socket.Dispose();
}
