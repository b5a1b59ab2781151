// SPDX-License-Identifier: GPL-2.0-only
using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Wd40.Schedulers.Statistics;

namespace Wd40.UnitTests.Statistics;

/// <summary>Any bytes are either answered or refused with a text; nothing else happens.</summary>
internal sealed class RequestParserTests
{
    private static readonly string[] _pieces =
    [
        "{", "}", "[", "]", ":", ",", "\"req\"", "\"args\"", "\"stats\"", "\"stats_meta\"", "\"target\"", "\"mode\"", "\"top\"", "\"total\"",
        "\"\\ud800\"", "\"\\u0000\"", "1", "-", "1e999", "null", "true", " ", "\t", "\"", "\\", "é", "\"health\"", "\"version\"", "//",
        "{\"req\":\"stats\",\"args\":{",
    ];

    [Test]
    public void Arbitrary_bytes_never_break_the_parser() =>
        Prop.ForAll<byte[]>(bytes => IsSound(bytes)).Check(Config.QuickThrowOnFailure.WithMaxTest(5000));

    [Test]
    public void Arbitrary_sequences_of_tokens_never_break_the_parser() =>
        Prop.ForAll(Gen.Elements(_pieces).ListOf().ToArbitrary(), pieces => IsSound(Encoding.UTF8.GetBytes(string.Concat(pieces))))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(5000));

    [Test]
    public void Damaged_requests_never_break_the_parser() =>
        Prop.ForAll<ushort, byte>((position, value) =>
        {
            var bytes = Encoding.UTF8.GetBytes("""{"req":"stats","args":{"target":"top","mode":"total"},"more":[1,{"a":null}]}""");
            bytes[position % bytes.Length] = value;
            return IsSound(bytes);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(5000));

    [Test]
    public void Deep_nesting_is_refused()
    {
        var request = StatsRequestParser.Parse(
            Encoding.UTF8.GetBytes("{\"req\":\"stats\",\"x\":" + new string('[', 1000) + new string(']', 1000) + "}"));
        Assert.That(request.Error, Does.StartWith("bad request: "));
    }

    [TestCase("stats", nameof(StatsRequestKind.Stats))]
    [TestCase("stats_meta", nameof(StatsRequestKind.Metadata))]
    [TestCase("version", nameof(StatsRequestKind.Version))]
    [TestCase("health", nameof(StatsRequestKind.Health))]
    public void Known_commands_are_recognised(string command, string kind)
    {
        var request = StatsRequestParser.Parse(Encoding.UTF8.GetBytes($"{{\"req\":\"{command}\",\"args\":{{\"x\":\"y\"}}}}"));
        Assert.That(request, Is.EqualTo(new StatsRequest(Enum.Parse<StatsRequestKind>(kind))));
    }

    /// <summary>What the parser accepts must be JSON with a known command; what it refuses must have a text with a stable start.</summary>
    private static bool IsSound(byte[] line)
    {
        var request = StatsRequestParser.Parse(line);
        if (request.Kind == StatsRequestKind.Refused)
        {
            return request.Error!.StartsWith("bad request: ", StringComparison.Ordinal)
                || request.Error.StartsWith("Invalid argument (os error 22)\n\nCaused by:\n    ", StringComparison.Ordinal);
        }
        using var document = JsonDocument.Parse(line);
        return request.Error is null
            && document.RootElement.GetProperty("req").GetString() is "stats" or "stats_meta" or "version" or "health";
    }
}
