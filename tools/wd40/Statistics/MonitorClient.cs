// SPDX-License-Identifier: GPL-2.0-only
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Wd40.ArenaRuntime;

namespace Wd40.Tool.Statistics;

/// <summary>
/// Prints statistics of a running scheduler at exact intervals. Waits for the server to appear, survives its restart, and ends only when
/// it is cancelled, when its output is closed or cannot be written, or when the server cannot be reached for good.
/// </summary>
public static class MonitorClient
{
    /// <summary>Shortest interval, in seconds.</summary>
    public const double ShortestInterval = 0.05;

    private const string StatsRequest = """{"req":"stats","args":{"target":"top"}}""";
    private const string TotalRequest = """{"req":"stats","args":{"target":"top","mode":"total"}}""";
    private const string MetadataRequest = """{"req":"stats_meta","args":{}}""";
    private static readonly TimeSpan _pause = TimeSpan.FromSeconds(1);

    /// <summary>What is wrong with an interval; null if nothing is.</summary>
    /// <param name="seconds">As given by --stats or --monitor.</param>
    public static string? CheckInterval(double seconds) => double.IsFinite(seconds) && seconds is >= ShortestInterval and <= int.MaxValue
        ? null
        : string.Create(CultureInfo.InvariantCulture, $"the interval must be a number of seconds of at least {ShortestInterval}, not {seconds}");

    /// <summary>Monitors until cancelled, with statistics on standard output and messages on standard error.</summary>
    /// <param name="options">What to ask and to print.</param>
    /// <param name="cancellation">Ends the monitor.</param>
    /// <returns>Exit status: clean, usage or failure.</returns>
    public static async Task<ExitCode> RunAsync(MonitorOptions options, CancellationToken cancellation)
    {
        // Console.Out hides a closed pipe, and the monitor of "wd40 --monitor 1 | head" would never end.
        using var handle = new Microsoft.Win32.SafeHandles.SafeFileHandle(1, ownsHandle: false);
        using var output = new StreamWriter(new FileStream(handle, FileAccess.Write, bufferSize: 0));
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var parent = MonitorProcess.IsChild ? MonitorProcess.WaitForParentAsync(end) : Task.CompletedTask;
        var status = await RunAsync(options, output, Console.Error, end.Token).ConfigureAwait(false);
        _ = parent;
        return status;
    }

    /// <summary>Monitors until cancelled.</summary>
    /// <param name="options">What to ask and to print.</param>
    /// <param name="output">Receives the statistics; a closed pipe ends the monitor.</param>
    /// <param name="log">Receives messages.</param>
    /// <param name="cancellation">Ends the monitor.</param>
    /// <returns>Exit status: clean, usage or failure.</returns>
    public static async Task<ExitCode> RunAsync(MonitorOptions options, TextWriter output, TextWriter log, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(log);
        if (CheckInterval(options.Seconds) is { } wrong)
        {
            await log.WriteLineAsync($"error: {wrong}").ConfigureAwait(false);
            return ExitCode.Usage;
        }
        var path = options.StatsPath;
        var failures = 0;
        try
        {
            while (true)
            {
                try
                {
                    using var client = await StatsClient.ConnectAsync(path, cancellation).ConfigureAwait(false);
                    failures = 0;
                    await PollAsync(client, options, output, cancellation).ConfigureAwait(false);
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
                catch (UnwritableFileException error)
                {
                    await log.WriteLineAsync($"error: cannot write {options.OpenMetricsPath}: {error.Message}; "
                        + "give --openmetrics a file in a directory that exists and may be written to").ConfigureAwait(false);
                    return ExitCode.Failure;
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

    private static async Task PollAsync(StatsClient client, MonitorOptions options, TextWriter output, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var interval = TimeSpan.FromSeconds(options.Seconds);
        var metrics = options.OpenMetricsPath is null
            ? null
            : await DescribeAsync(client, cancellation).ConfigureAwait(false);
        for (var next = interval; ; next += interval)
        {
            var value = await client.RequestAsync(StatsRequest, cancellation).ConfigureAwait(false);
            if (metrics is null)
            {
                await PrintAsync(options.Json ? value.GetRawText() + "\n" : Shaped(() => PolicyStatsText.Fits(value) ? PolicyStatsText.Render(value) : StatsText.Render(value)), output).ConfigureAwait(false);
            }
            else
            {
                var total = await client.RequestAsync(TotalRequest, cancellation).ConfigureAwait(false);
                await ExposeAsync(Shaped(() => metrics.Render(value, total)), options.OpenMetricsPath!, output).ConfigureAwait(false);
            }
            // A missed moment is left out; the ones after it stay where they were.
            while (next <= clock.Elapsed)
                next += interval;
            await Task.Delay(next - clock.Elapsed, cancellation).ConfigureAwait(false);
        }
    }

    private static async Task<OpenMetrics> DescribeAsync(StatsClient client, CancellationToken cancellation)
    {
        var metadata = await client.RequestAsync(MetadataRequest, cancellation).ConfigureAwait(false);
        return Shaped(() => new OpenMetrics(metadata));
    }

    /// <summary>Makes something of an answer whose shape is the server's business.</summary>
    private static T Shaped<T>(Func<T> make)
    {
        try
        {
            return make();
        }
        catch (Exception error) when (error is KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new StatsRefusedException(
                $"the server's statistics are not those of this scheduler ({error.Message}); --json shows them as they are", error);
        }
    }

    private static Task ExposeAsync(string text, string path, TextWriter output)
    {
        if (path == MonitorOptions.StandardOutput)
            return PrintAsync(text, output);
        try
        {
            // A reader sees the old file or the new one, never a part.
            var temporary = string.Create(CultureInfo.InvariantCulture, $"{path}.{Environment.ProcessId}.tmp");
            File.WriteAllText(temporary, text);
            File.Move(temporary, path, overwrite: true);
            return Task.CompletedTask;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UnwritableFileException(error);
        }
    }

    private static async Task PrintAsync(string text, TextWriter output)
    {
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

    /// <summary>The file of --openmetrics cannot be written.</summary>
    private sealed class UnwritableFileException(Exception inner) : Exception(inner.Message, inner);

    /// <summary>Nobody reads the output any more.</summary>
    private sealed class ClosedOutputException(IOException inner) : Exception(inner.Message, inner);
}
