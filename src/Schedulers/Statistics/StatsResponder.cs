// SPDX-License-Identifier: GPL-2.0-only
using System.Buffers;
using System.Text.Json;
using Wd40.Schedulers.Live;

namespace Wd40.Schedulers.Statistics;

/// <summary>
/// Turns request lines into answers. One instance belongs to one thread: the buffers are used again for each answer, and an answer is
/// valid until the next call. Only a refused request allocates.
/// </summary>
internal sealed class StatsResponder : IDisposable
{
    /// <summary>EINVAL: every error that the server itself reports.</summary>
    private const int InvalidArgument = 22;

    /// <summary>EPERM.</summary>
    private const int NotPermitted = 1;

    /// <summary>Without progress for this long the user half counts as stalled and the kernel half as being on its own.</summary>
    private const long TakeoverAfterMs = 5000;

    /// <summary>Room around the statistics, and for an error text of the parser: it quotes at most 64 characters.</summary>
    private const int EnvelopeBytes = 2048;
    private readonly IStatsSource _source;
    private readonly LoopFigures _loop;
    private readonly LiveSwitch? _live;
    private readonly StatsReading _reading;
    private readonly StatsStruct _cluster;
    private readonly ArrayBufferWriter<byte> _buffer;
    private readonly Utf8JsonWriter _json;
    private readonly byte[] _metadata;
    private readonly byte[] _version;
    private readonly ProcessFigures _process = new();

    internal StatsResponder(IStatsSource source, LoopFigures loop, StatsIdentity identity, LiveSwitch? live = null)
    {
        _source = source;
        _loop = loop;
        _live = live;
        _reading = new StatsReading(source.Shape);
        _cluster = source.Schema;
        var statisticsBytes = EnvelopeBytes + _cluster.MaxBytes(source.Shape, 1, 0);
        _buffer = new ArrayBufferWriter<byte>(statisticsBytes);
        _json = new Utf8JsonWriter(_buffer, StatsJson.WriterOptions);
        _metadata = Render(0, json =>
        {
            json.WriteStartObject();
            foreach (var found in _cluster.WithNested())
                found.WriteMetadata(json);
            json.WriteEndObject();
        }).ToArray();
        _version = Render(0, json =>
        {
            json.WriteStartObject();
            json.WriteString("name", identity.Name);
            json.WriteString("version", identity.Version);
            json.WriteString("ops", identity.OpsName);
            json.WriteString("kernel", identity.Kernel);
            json.WriteEndObject();
        }).ToArray();
        MaxAnswerBytes = Math.Max(statisticsBytes, Math.Max(_metadata.Length, _version.Length));
    }

    /// <summary>Longest answer in bytes.</summary>
    internal int MaxAnswerBytes { get; }

    /// <summary>Answers one line.</summary>
    /// <param name="line">The request without its line feed, valid UTF-8.</param>
    /// <param name="baseline">The totals of the client's previous request.</param>
    /// <param name="mayChange">True if the client may change settings: it runs as root or as the user of this process.</param>
    /// <returns>The answer with its line feed, valid until the next call.</returns>
    internal ReadOnlySpan<byte> Answer(ReadOnlySpan<byte> line, StatsBaseline baseline, bool mayChange = false)
    {
        var request = StatsRequestParser.Parse(line);
        switch (request.Kind)
        {
            case StatsRequestKind.Metadata:
                return _metadata;
            case StatsRequestKind.Version:
                return _version;
            case StatsRequestKind.Health:
                return Health();
            case StatsRequestKind.Tune:
                return Tune(line, mayChange);
            case StatsRequestKind.Stats:
            case StatsRequestKind.StatsTotal:
                return Statistics(request.Kind == StatsRequestKind.StatsTotal, baseline);
            default:
                return Refuse(request.Error!);
        }
    }

    /// <summary>The answer to a line that cannot be served.</summary>
    internal ReadOnlySpan<byte> Refuse(string error) => Render(InvalidArgument, json => json.WriteStringValue(error));

    public void Dispose()
    {
        _json.Dispose();
        _process.Dispose();
    }

    private ReadOnlySpan<byte> Statistics(bool total, StatsBaseline baseline)
    {
        _source.Read(_reading);
        if (!total)
        {
            // The first request opens the target: differences to a reading made for the purpose, that is to this one.
            if (!baseline.IsOpen)
                _reading.Keep(baseline.Totals);
            baseline.IsOpen = true;
            _reading.SubtractAndKeep(baseline.Totals);
        }
        Begin(0);
        _cluster.Write(_json, _reading, 0);
        return End();
    }

    /// <summary>Changes settings, if there is anything to change, and tells what is in force. Unlike the other answers it allocates.</summary>
    private ReadOnlySpan<byte> Tune(ReadOnlySpan<byte> line, bool mayChange)
    {
        if (_live is null)
            return Refuse("this server has no settings to change");
        var text = line.ToArray();
        using var request = JsonDocument.Parse(text);
        if (request.RootElement.TryGetProperty("args"u8, out var changes) && changes.EnumerateObject().Any())
        {
            if (!mayChange)
                return Render(NotPermitted, json => json.WriteStringValue("only root and the user of the scheduler may change settings"));
            if (_live.Apply(changes) is { } wrong)
                return Refuse(wrong);
        }
        return Render(0, _live.Write);
    }

    private ReadOnlySpan<byte> Health()
    {
        var age = _loop.ProgressAgeMs;
        var (minor, major) = _process.PageFaults();
        Begin(0);
        _json.WriteStartObject();
        _json.WriteString("mode"u8, age < TakeoverAfterMs ? "normal"u8 : "takeover"u8);
        _json.WriteNumber("last_progress_ms"u8, age);
        _json.WriteNumber("page_faults_minor"u8, minor);
        _json.WriteNumber("page_faults_major"u8, major);
        _json.WriteStartArray("gc_count"u8);
        for (var generation = 0; generation <= GC.MaxGeneration; generation++)
            _json.WriteNumberValue(GC.CollectionCount(generation));
        _json.WriteEndArray();
        _json.WriteNumber("alloc_bytes_stats"u8, GC.GetAllocatedBytesForCurrentThread());
        _json.WriteEndObject();
        return End();
    }

    private ReadOnlySpan<byte> Render(int error, Action<Utf8JsonWriter> write)
    {
        Begin(error);
        write(_json);
        return End();
    }

    private void Begin(int error)
    {
        _buffer.ResetWrittenCount();
        _json.Reset(_buffer);
        _json.WriteStartObject();
        _json.WriteNumber("errno"u8, error);
        _json.WriteStartObject("args"u8);
        _json.WritePropertyName("resp"u8);
    }

    private ReadOnlySpan<byte> End()
    {
        _json.WriteEndObject();
        _json.WriteEndObject();
        _json.Flush();
        _buffer.Write("\n"u8);
        return _buffer.WrittenSpan;
    }
}
