// SPDX-License-Identifier: GPL-2.0-only
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Wd40.Tool.Statistics;

/// <summary>One connection to a statistics server: requests and answers, line by line.</summary>
public sealed class StatsClient : IDisposable
{
    /// <summary>A server that does not answer for this long is given up.</summary>
    private static readonly TimeSpan _answerTimeout = TimeSpan.FromSeconds(10);

    private readonly Socket _socket;
    private readonly NetworkStream _stream;
    private readonly StreamReader _reader;

    private StatsClient(Socket socket)
    {
        _socket = socket;
        _stream = new NetworkStream(socket, ownsSocket: false);
        _reader = new StreamReader(_stream, new UTF8Encoding(false));
    }

    /// <summary>Connects.</summary>
    /// <param name="path">The socket.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="SocketException">Nobody listens there, or it is not allowed.</exception>
    public static async Task<StatsClient> ConnectAsync(string path, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation).ConfigureAwait(false);
            return new StatsClient(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Sends a request and returns the value of its answer.</summary>
    /// <param name="request">One JSON object without a line feed.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="IOException">The connection ended or the server does not answer.</exception>
    /// <exception cref="StatsRefusedException">The server answered with an error, or with something that is not its protocol.</exception>
    public async Task<JsonElement> RequestAsync(string request, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(_answerTimeout);
        string? line;
        try
        {
            await _stream.WriteAsync(Encoding.UTF8.GetBytes(request + "\n"), limit.Token).ConfigureAwait(false);
            line = await _reader.ReadLineAsync(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new IOException($"no answer within {_answerTimeout.TotalSeconds} s");
        }
        return Value(line ?? throw new IOException("the server closed the connection"));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _reader.Dispose();
        _stream.Dispose();
        _socket.Dispose();
    }

    private static JsonElement Value(string line)
    {
        try
        {
            using var answer = JsonDocument.Parse(line);
            var value = answer.RootElement.GetProperty("args").GetProperty("resp");
            var error = answer.RootElement.GetProperty("errno").GetInt32();
            return error == 0 ? value.Clone() : throw new StatsRefusedException($"errno {error}: {value}");
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new StatsRefusedException($"an answer that is not of the statistics protocol: {error.Message}", error);
        }
    }
}
