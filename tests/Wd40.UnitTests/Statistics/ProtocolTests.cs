// SPDX-License-Identifier: GPL-2.0-only
using System.Text;
using System.Text.Json;
using Wd40.Schedulers.Statistics;

namespace Wd40.UnitTests.Statistics;

/// <summary>The wire protocol of scx_stats: framing, requests, answers, errors.</summary>
internal sealed class ProtocolTests
{
    private const string Stats = """{"req":"stats"}""";
    private StatsFixture _fixture = null!;
    private RawClient _client = null!;

    [SetUp]
    public void Start()
    {
        _fixture = StatsFixture.Started();
        _client = _fixture.Connect();
    }

    [TearDown]
    public void Stop()
    {
        _client.Dispose();
        _fixture.Dispose();
    }

    [TestCase("""{"req":"stats"}""")]
    [TestCase("""{"req":"stats","args":{}}""")]
    [TestCase("""{"req":"stats","args":{"target":"top"}}""")]
    [TestCase("""{"args":{"nr_samples":"3","target":"top","mode":"delta"},"req":"stats","future":{"a":[1,2]}}""")]
    [TestCase(""" { "req" : "\u0073tats" } """)]
    [TestCase("{\"req\":\"stats\"}\r")]
    public void Stats_returns_the_cluster(string request)
    {
        var value = _client.Value(request);
        string[] fields =
        [
            "at_us", "lb_at_us", "total", "slice_us", "cpu_busy", "load", "nr_migrations", "task_get_err", "time_used", "sync_prev_idle", "wake_sync",
            "prev_idle", "greedy_idle", "pinned", "direct", "greedy", "greedy_far", "dsq_dispatch", "greedy_local", "greedy_xnuma", "kick_greedy",
            "repatriate", "dl_clamp", "dl_preset", "direct_greedy_cpus", "kick_greedy_cpus", "nodes",
        ];
        var found = value.EnumerateObject().Select(member => member.Name).ToList();
        Assert.That(found, Is.SupersetOf(fields));
        Assert.That(found, Is.Unique);
        var domains = value.GetProperty("nodes").GetProperty("0").GetProperty("doms");
        Assert.That(domains.EnumerateObject().Select(member => member.Name), Is.EqualTo(["0", "1"]));
        foreach (var name in (string[])["load", "imbal", "delta"])
        {
            Assert.That(value.GetProperty("nodes").GetProperty("0").GetProperty(name).ValueKind, Is.EqualTo(JsonValueKind.Number));
            Assert.That(domains.GetProperty("1").GetProperty(name).ValueKind, Is.EqualTo(JsonValueKind.Number));
        }
    }

    [Test]
    public void Metadata_describes_every_field_of_the_answer()
    {
        var metadata = _client.Value("""{"req":"stats_meta","args":{}}""");
        var answer = _client.Value(Stats);
        Assert.That(
            metadata.EnumerateObject().Where(found => found.Value.TryGetProperty("top", out _)).Select(found => found.Name),
            Is.EqualTo(["ClusterStats"]));
        Assert.That(metadata.GetProperty("ClusterStats").GetProperty("top").GetString(), Is.EqualTo("true"));
        CheckStruct(metadata, "ClusterStats", answer);
        Assert.That(metadata.GetProperty("NodeStats").GetProperty("user").ToString(), Is.EqualTo("""{"_om_label":"node","_om_prefix":"n_"}"""));
        Assert.That(metadata.GetProperty("DomainStats").GetProperty("user").ToString(), Is.EqualTo("""{"_om_label":"domain","_om_prefix":"d_"}"""));
        var fields = metadata.GetProperty("ClusterStats").GetProperty("fields");
        Assert.That(fields.GetProperty("direct_greedy_cpus").GetProperty("user").GetProperty("_om_skip").GetString(), Is.EqualTo("true"));
        Assert.That(fields.GetProperty("nr_migrations").GetProperty("desc").GetString(), Is.EqualTo("help of load_balance"));
        Assert.That(fields.GetProperty("nr_keep").GetProperty("desc").GetString(), Is.EqualTo("help of keep"));
    }

    private static void CheckStruct(JsonElement metadata, string name, JsonElement value)
    {
        var description = metadata.GetProperty(name);
        Assert.That(description.GetProperty("name").GetString(), Is.EqualTo(name));
        var fields = description.GetProperty("fields");
        Assert.That(value.EnumerateObject().Select(member => member.Name), Is.EquivalentTo(fields.EnumerateObject().Select(member => member.Name)));
        foreach (var member in value.EnumerateObject())
        {
            var field = fields.GetProperty(member.Name);
            if (field.TryGetProperty("dict", out var map))
            {
                Assert.That(map.GetProperty("key").GetString(), Is.EqualTo("u64"));
                foreach (var row in member.Value.EnumerateObject())
                    CheckStruct(metadata, map.GetProperty("datum").GetProperty("struct").GetString()!, row.Value);
            }
            else if (field.TryGetProperty("array", out var kind))
            {
                foreach (var element in member.Value.EnumerateArray())
                    CheckDatum(kind.GetString()!, element);
            }
            else
            {
                CheckDatum(field.GetProperty("datum").GetString()!, member.Value);
            }
        }
    }

    private static void CheckDatum(string kind, JsonElement value)
    {
        Assert.That(value.ValueKind, Is.EqualTo(JsonValueKind.Number));
        var isFloat = value.GetRawText().AsSpan().IndexOfAny('.', 'E') >= 0;
        Assert.That(kind, Is.EqualTo(isFloat ? "float" : "u64"), value.GetRawText);
    }

    [Test]
    public void Version_and_health_are_served_in_addition()
    {
        Assert.That(
            _client.Value("""{"req":"version"}""").ToString(),
            Is.EqualTo("""{"name":"wd40","version":"1.2.3","ops":"wd40_1.2.3","kernel":"6.18.0-test"}"""));
        var health = _client.Value("""{"req":"health"}""");
        Assert.That(health.GetProperty("mode").GetString(), Is.AnyOf("normal", "takeover"));
        Assert.That(health.GetProperty("page_faults_minor").GetUInt64(), Is.GreaterThan(0));
        Assert.That(health.GetProperty("gc_count").GetArrayLength(), Is.EqualTo(GC.MaxGeneration + 1));
    }

    [TestCase("""{"req":"hello"}""", "Invalid argument (os error 22)\n\nCaused by:\n    unknown command \"hello\"")]
    [TestCase("""{"req":"stats","args":{"target":"nope"}}""", "Invalid argument (os error 22)\n\nCaused by:\n    unknown target \"nope\"")]
    [TestCase("""{"req":"stats","args":{"mode":"nope"}}""", "Invalid argument (os error 22)\n\nCaused by:\n    bad request: unknown mode \"nope\"")]
    [TestCase("""{"req":"stats","args":{"target":1}}""", "bad request: invalid type: number `1`, expected a string at line 1 column ")]
    [TestCase("""{"req":"stats","args":{"other":{}}}""", "bad request: invalid type: object, expected a string at line 1 column ")]
    [TestCase("""{"req":"stats","args":null}""", "bad request: invalid type: null, expected an object at line 1 column ")]
    [TestCase("""{"req":7}""", "bad request: invalid type: number `7`, expected a string at line 1 column ")]
    [TestCase("""["stats"]""", "bad request: invalid type: array, expected an object at line 1 column ")]
    [TestCase("""{"args":{}}""", "bad request: missing field `req` at line 1 column ")]
    [TestCase("""{"req":"stats","req":"stats"}""", "bad request: duplicate field `req` at line 1 column ")]
    [TestCase("""{"req":"stats"} {}""", "bad request: ")]
    [TestCase("""{"req":"stats\ud800"}""", "bad request: ")]
    [TestCase("""{"req":"stats" """, "bad request: ")]
    [TestCase("", "bad request: an empty line where a request was expected at line 1 column 0")]
    [TestCase("hello", "bad request: ")]
    public void Refused_requests_say_why_and_leave_the_connection_open(string request, string start)
    {
        Assert.That(_client.Error(request), Does.StartWith(start));
        Assert.That(_client.Value(Stats).GetProperty("total").GetUInt64(), Is.Zero);
    }

    [Test]
    public void Pipelined_requests_are_answered_in_order()
    {
        var text = new StringBuilder();
        for (var i = 0; i < 50; i++)
            text.Append($"{{\"req\":\"unknown-{i}\"}}\n").Append(Stats).Append('\n');
        _client.Send(text.ToString());
        for (var i = 0; i < 50; i++)
        {
            Assert.That(RawClient.ErrorText(_client.ReadAnswer()), Does.Contain($"\"unknown-{i}\""));
            Assert.That(_client.ReadAnswer().GetProperty("errno").GetInt32(), Is.Zero);
        }
    }

    [Test]
    public void Last_line_without_line_feed_is_answered_before_the_connection_ends()
    {
        _client.Send(Stats + "\n" + Stats);
        _client.EndSending();
        Assert.That(_client.ReadAnswer().GetProperty("errno").GetInt32(), Is.Zero);
        Assert.That(_client.ReadAnswer().GetProperty("errno").GetInt32(), Is.Zero);
        Assert.That(_client.ReadLine(), Is.Null);
    }

    [Test]
    public void A_request_may_arrive_byte_by_byte()
    {
        foreach (var part in Stats + "\n")
            _client.Send(part.ToString());
        Assert.That(_client.ReadAnswer().GetProperty("errno").GetInt32(), Is.Zero);
    }

    [Test]
    public void Longest_line_is_answered_and_a_longer_one_is_refused_and_closed()
    {
        var padding = StatsConnection.MaxLineBytes - Stats.Length - 1;
        Assert.That(_client.Request(Stats + new string(' ', padding)).GetProperty("errno").GetInt32(), Is.Zero);
        _client.Send(new string(' ', StatsConnection.MaxLineBytes));
        Assert.That(RawClient.ErrorText(_client.ReadAnswer()), Does.StartWith("bad request: a line of more than 65536 bytes"));
        Assert.That(_client.ReadLine(), Is.Null);
    }

    [Test]
    public void Invalid_text_closes_the_connection_without_an_answer()
    {
        _client.Send([(byte)'"', 0xC3, 0x28, (byte)'"', (byte)'\n']);
        Assert.That(_client.ReadLine(), Is.Null);
    }

    [Test]
    public void Disconnecting_in_the_middle_of_a_line_or_before_reading_harms_nobody()
    {
        for (var i = 0; i < 300; i++)
        {
            using var other = _fixture.Connect();
            other.Send(i % 2 == 0 ? "{\"req\":\"st" : Stats + "\n");
        }
        Assert.That(_client.Request(Stats).GetProperty("errno").GetInt32(), Is.Zero);
        Assert.That(_fixture.Server!.FailedConnections, Is.Zero);
    }

    [Test]
    public void A_failing_source_costs_the_connection_and_not_the_server()
    {
        _fixture.Source.Change(_ => _fixture.Source.Fails = true);
        _client.Send(Stats + "\n");
        Assert.That(_client.ReadLine(), Is.Null);
        _fixture.Source.Change(_ => _fixture.Source.Fails = false);
        using var next = _fixture.Connect();
        Assert.That(next.Request(Stats).GetProperty("errno").GetInt32(), Is.Zero);
        Assert.That(_fixture.Server!.FailedConnections, Is.EqualTo(1));
    }
}
