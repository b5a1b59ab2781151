// SPDX-License-Identifier: GPL-2.0-only
using System.Text;
using System.Text.Json;

namespace Wd40.Schedulers.Statistics;

/// <summary>
/// Parses request lines. A line that can be answered costs no allocation; only a refused one does, for the text that names what is wrong.
/// </summary>
internal static class StatsRequestParser
{
    private const int LongestQuote = 64;

    /// <summary>Parses one line, without its line feed.</summary>
    internal static StatsRequest Parse(ReadOnlySpan<byte> line)
    {
        if (line.IndexOfAnyExcept(" \t\r"u8) < 0)
            return Bad("an empty line where a request was expected", 0);
        var reader = new Utf8JsonReader(line);
        try
        {
            return ParseObject(ref reader);
        }
        catch (JsonException error)
        {
            // The parser appends its own form of the position.
            var message = error.Message;
            var end = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
            return Bad(end < 0 ? message : message[..end].TrimEnd('.'), (error.BytePositionInLine ?? 0) + 1);
        }
        catch (InvalidOperationException)
        {
            return Bad("a string with an escape that is no character", reader.TokenStartIndex + 1);
        }
    }

    private static StatsRequest ParseObject(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            return WrongType(ref reader, "an object");
        var kind = StatsRequestKind.Refused;
        var arguments = default(Arguments);
        string? unknown = null;
        var seenCommand = false;
        var seenArguments = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("req"u8))
            {
                reader.Read();
                if (reader.TokenType != JsonTokenType.String)
                    return WrongType(ref reader, "a string");
                if (seenCommand)
                    return Bad("duplicate field `req`", reader.TokenStartIndex + 1);
                seenCommand = true;
                kind = Command(ref reader);
                if (kind == StatsRequestKind.Refused)
                    unknown = Quote(ref reader);
            }
            else if (reader.ValueTextEquals("args"u8))
            {
                reader.Read();
                if (reader.TokenType != JsonTokenType.StartObject)
                    return WrongType(ref reader, "an object");
                if (seenArguments)
                    return Bad("duplicate field `args`", reader.TokenStartIndex + 1);
                seenArguments = true;
                ParseArguments(ref reader, ref arguments);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }
        // Settings have values of any type, and it is their owner who judges them.
        if (arguments.WrongType is { } wrong && kind != StatsRequestKind.Tune)
            return wrong;
        // Reads what follows the object: anything but white space is an error.
        var end = reader.TokenStartIndex + 1;
        reader.Read();
        if (!seenCommand)
            return Bad("missing field `req`", end);
        if (unknown is not null)
            return Invalid($"unknown command {unknown}");
        if (kind != StatsRequestKind.Stats)
            return new StatsRequest(kind);
        if (arguments.UnknownTarget is not null)
            return Invalid($"unknown target {arguments.UnknownTarget} for request \"stats\"; the targets are: top");
        if (arguments.UnknownMode is not null)
            return Invalid($"bad request: unknown mode {arguments.UnknownMode}; the modes are: delta, total");
        return new StatsRequest(arguments.Total ? StatsRequestKind.StatsTotal : StatsRequestKind.Stats);
    }

    /// <summary>Reads the members of args: all values should be strings, unknown names are ignored.</summary>
    private static void ParseArguments(ref Utf8JsonReader reader, ref Arguments arguments)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var target = reader.ValueTextEquals("target"u8);
            var mode = reader.ValueTextEquals("mode"u8);
            reader.Read();
            if (reader.TokenType != JsonTokenType.String)
            {
                arguments.WrongType ??= WrongType(ref reader, "a string");
                reader.Skip();
            }
            else if (target)
            {
                arguments.UnknownTarget = reader.ValueTextEquals("top"u8) ? null : Quote(ref reader);
            }
            else if (mode)
            {
                arguments.Total = reader.ValueTextEquals("total"u8);
                arguments.UnknownMode = arguments.Total || reader.ValueTextEquals("delta"u8) ? null : Quote(ref reader);
            }
        }
    }

    private static StatsRequestKind Command(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("stats"u8) ? StatsRequestKind.Stats
        : reader.ValueTextEquals("stats_meta"u8) ? StatsRequestKind.Metadata
        : reader.ValueTextEquals("version"u8) ? StatsRequestKind.Version
        : reader.ValueTextEquals("health"u8) ? StatsRequestKind.Health
        : reader.ValueTextEquals("tune"u8) ? StatsRequestKind.Tune
        : StatsRequestKind.Refused;

    private static StatsRequest WrongType(ref Utf8JsonReader reader, string expected)
    {
        var found = reader.TokenType switch
        {
            JsonTokenType.Number => $"number `{Text(reader.ValueSpan)}`",
            JsonTokenType.String => $"string {Quote(ref reader)}",
            JsonTokenType.True => "boolean `true`",
            JsonTokenType.False => "boolean `false`",
            JsonTokenType.Null => "null",
            JsonTokenType.StartArray => "array",
            _ => "object",
        };
        return Bad($"invalid type: {found}, expected {expected}", reader.TokenStartIndex + 1);
    }

    private static StatsRequest Bad(string what, long column) => StatsRequest.Refuse($"bad request: {what} at line 1 column {column}");

    private static StatsRequest Invalid(string cause) => StatsRequest.Refuse($"Invalid argument (os error 22)\n\nCaused by:\n    {cause}");

    private static string Quote(ref Utf8JsonReader reader)
    {
        var text = reader.GetString() ?? "";
        return text.Length <= LongestQuote ? $"\"{text}\"" : $"\"{text.AsSpan(0, LongestQuote)}…\"";
    }

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes.Length <= LongestQuote ? bytes : bytes[..LongestQuote]);

    private ref struct Arguments
    {
        internal bool Total;
        internal StatsRequest? WrongType;
        internal string? UnknownTarget;
        internal string? UnknownMode;
    }
}
