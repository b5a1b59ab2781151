// SPDX-License-Identifier: GPL-2.0-only
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text.Json;
using Wd40.ArenaRuntime;

namespace Wd40.Tool.Statistics;

/// <summary>
/// Prints statistics of a running scheduler at exact intervals. Waits for the server to appear, survives its restart, and ends only when
/// it is cancelled, when its output is closed, or when the server cannot be reached for good.
/// </summary>
public static class MonitorClient
{
    /// <summary>Shortest interval, in seconds.</summary>
    public const double ShortestInterval = 0.05;

    private const string StatsRequest = """{"req":"stats","args":{"target":"top"}}""";
    private static readonly TimeSpan _pause = TimeSpan.FromSeconds(1);

    /// <summary>What is wrong with an interval; null if nothing is.</summary>
    /// <param name="seconds">As given by --stats or --monitor.</param>
    public static string? CheckInterval(double seconds) => double.IsFinite(seconds) && seconds is >= ShortestInterval and <= int.MaxValue
        ? null
        : string.Create(CultureInfo.InvariantCulture, $"the interval must be a number of seconds of at least {ShortestInterval}, not {seconds}");

    /// <summary>Monitors until cancelled, with statistics on standard output and messages on standard error.</summary>
    /// <param name="seconds">Interval.</param>
    /// <param name="json">One JSON object per line instead of text.</param>
    /// <param name="path">The server's socket.</param>
    /// <param name="cancellation">Ends the monitor.</param>
    /// <returns>Exit status: clean, usage or failure.</returns>
    public static async Task<ExitCode> RunAsync(double seconds, bool json, string path, CancellationToken cancellation)
    {
        // Console.Out hides a closed pipe, and the monitor of "wd40 --monitor 1 | head" would never end.
        using var handle = new Microsoft.Win32.SafeHandles.SafeFileHandle(1, ownsHandle: false);
        using var output = new StreamWriter(new FileStream(handle, FileAccess.Write, bufferSize: 0));
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var parent = MonitorProcess.IsChild ? MonitorProcess.WaitForParentAsync(end) : Task.CompletedTask;
        var status = await RunAsync(seconds, json, path, output, Console.Error, end.Token).ConfigureAwait(false);
        _ = parent;
        return status;
    }

    /// <summary>Monitors until cancelled.</summary>
    /// <param name="seconds">Interval.</param>
    /// <param name="json">One JSON object per line instead of text.</param>
    /// <param name="path">The server's socket.</param>
    /// <param name="output">Receives the statistics; a closed pipe ends the monitor.</param>
    /// <param name="log">Receives messages.</param>
    /// <param name="cancellation">Ends the monitor.</param>
    /// <returns>Exit status: clean, usage or failure.</returns>
    public static async Task<ExitCode> RunAsync(double seconds, bool json, string path,
        TextWriter output, TextWriter log, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(log);
        if (CheckInterval(seconds) is { } wrong)
        {
            await log.WriteLineAsync($"error: {wrong}").ConfigureAwait(false);
            return ExitCode.Usage;
        }
        var failures = 0;
        try
        {
            while (true)
            {
                try
                {
                    using var client = await StatsClient.ConnectAsync(path, cancellation).ConfigureAwait(false);
                    failures = 0;
                    await PollAsync(client, TimeSpan.FromSeconds(seconds), json, output, cancellation).ConfigureAwait(false);
                }
                catch (SocketException error) when (error.SocketErrorCode is SocketError.AddressNotAvailable or SocketError.ConnectionRefused)
                {
                    if (++failures == 2)
                        await log.WriteLineAsync($"info: nobody serves statistics on {path} yet; trying again every second").ConfigureAwait(false);
                }
                catch (SocketException error) when (error.SocketErrorCode == SocketError.AccessDenied)
                {
                    await log.WriteLineAsync($"error: cannot connect to {path}: permission denied: run as root or join the group of the socket")
                        .ConfigureAwait(false);
                    return ExitCode.Failure;
                }
                catch (SocketException error)
                {
                    await log.WriteLineAsync($"error: cannot connect to {path}: {error.Message}").ConfigureAwait(false);
                    return ExitCode.Failure;
                }
                catch (ClosedOutputException)
                {
                    return ExitCode.Clean;
                }
                catch (IOException error)
                {
                    await log.WriteLineAsync($"info: {error.Message}; connecting again").ConfigureAwait(false);
                }
                catch (StatsRefusedException error)
                {
                    await log.WriteLineAsync($"warning: {error.Message}; connecting again").ConfigureAwait(false);
                }
                await Task.Delay(_pause, cancellation).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return ExitCode.Clean;
        }
    }

    private static async Task PollAsync(StatsClient client, TimeSpan interval, bool json, TextWriter output, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        for (var next = interval; ; next += interval)
        {
            var value = await client.RequestAsync(StatsRequest, cancellation).ConfigureAwait(false);
            await PrintAsync(value, json, output).ConfigureAwait(false);
            // A missed moment is left out; the ones after it stay where they were.
            while (next <= clock.Elapsed)
                next += interval;
            await Task.Delay(next - clock.Elapsed, cancellation).ConfigureAwait(false);
        }
    }

    private static async Task PrintAsync(JsonElement value, bool json, TextWriter output)
    {
        string text;
        try
        {
            text = json ? value.GetRawText() + "\n" : StatsText.Render(value);
        }
        catch (Exception error) when (error is KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new StatsRefusedException(
                $"the server's statistics are not those of this scheduler ({error.Message}); --json shows them as they are", error);
        }
        try
        {
            await output.WriteAsync(text).ConfigureAwait(false);
            await output.FlushAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (IOException error)
        {
            throw new ClosedOutputException(error);
        }
    }

    /// <summary>Nobody reads the output any more.</summary>
    private sealed class ClosedOutputException(IOException inner) : Exception(inner.Message, inner);
}
