// SPDX-License-Identifier: GPL-2.0-only
using System.Text.Json;
using Wd40.Tool.Statistics;

namespace Wd40.UnitTests.Statistics;

/// <summary>The text that Prometheus and others read.</summary>
internal sealed class OpenMetricsTests
{
    /// <summary>What a server other than ours describes: no counters, a list, a text, help with characters that need care.</summary>
    private const string ForeignMetadata = """
        {"Top":{"name":"Top","top":"true","fields":{
            "busy":{"datum":"float","desc":"busy\nshare \"of\" all \\"},"big":{"datum":"u64"},"name":{"datum":"string"},"cpus":{"array":"u64"},
            "nodes":{"dict":{"key":"string","datum":{"struct":"Node"}}}}},
         "Node":{"name":"Node","user":{"_om_label":"node","_om_prefix":"n_"},"fields":{"load":{"datum":"float"}}}}
        """;

    private static string Render(string metadata, string recent, string? total = null) =>
        new OpenMetrics(Parse(metadata)).Render(Parse(recent), Parse(total ?? recent));

    private static JsonElement Parse(string text) => JsonDocument.Parse(text).RootElement;

    [Test]
    public void Any_server_is_exposed_by_its_own_description() => Assert.That(
        Render(ForeignMetadata, """
            {"busy":null,"big":18446744073709551615,"name":"x","cpus":[1],"nodes":{"0":{"load":1.5},"a\"b":{"load":-2.0}}}
            """),
        Is.EqualTo("""
            # TYPE busy gauge
            # HELP busy busy\nshare \"of\" all \\
            busy NaN
            # TYPE big gauge
            big 18446744073709551615
            # TYPE n_load gauge
            n_load{node="0"} 1.5
            n_load{node="a\"b"} -2.0
            # EOF

            """.ReplaceLineEndings("\n")));

    [Test]
    public void Counters_come_from_the_totals_and_shares_from_the_interval()
    {
        var source = new FakeStatsSource(domains: 4, nodes: 2);
        source.Count("load_balance", 7);
        source.Count("dsq_dispatch", 100);
        source.Change(values => (values.PulledIn[3], values.Domains[3].Load) = (5, 2.5));
        using var fixture = StatsFixture.Started(source);
        using var client = fixture.Connect();
        var metrics = new OpenMetrics(client.Value("""{"req":"stats_meta"}"""));
        client.Value("""{"req":"stats"}""");
        source.Count("wake_sync", 1);
        source.Count("dsq_dispatch", 103);
        var text = metrics.Render(client.Value("""{"req":"stats"}"""), client.Value("""{"req":"stats","args":{"mode":"total"}}"""));
        var lines = text.Split('\n');
        Assert.That(lines, Is.SupersetOf(new[]
        {
            "# TYPE nr_migrations counter", "nr_migrations_total 7", "total_total 104", "# TYPE wake_sync gauge", "wake_sync 25.0",
            "# TYPE d_load gauge", "d_load{node=\"1\",domain=\"3\"} 2.5", "d_pulled_in_total{node=\"1\",domain=\"3\"} 5",
            "# HELP n_load sum of the loads of its domains",
        }));
        Assert.That(text, Does.EndWith("\n# EOF\n").And.Not.Contain("direct_greedy_cpus"));
    }

    [Test]
    public void Samples_of_a_metric_follow_their_description_and_each_name_comes_once()
    {
        using var fixture = StatsFixture.Started(new FakeStatsSource(domains: 4, nodes: 2));
        using var client = fixture.Connect();
        var values = client.Value("""{"req":"stats"}""");
        var text = new OpenMetrics(client.Value("""{"req":"stats_meta"}""")).Render(values, values);
        var family = "";
        var seen = new HashSet<string>();
        foreach (var line in text.TrimEnd('\n').Split('\n').SkipLast(1))
        {
            var words = line.Split(' ');
            if (words[0] == "#")
            {
                Assert.That(words[1] == "TYPE" ? seen.Add(words[2]) : words[2] == family, line);
                family = words[2];
                continue;
            }
            var name = line.Split('{', ' ')[0];
            Assert.That(name == family || name == family + "_total", $"{line} among the samples of {family}");
            Assert.That(double.TryParse(words[^1], out _), line);
        }
        Assert.That(seen, Has.Count.GreaterThan(30));
    }

    [Test]
    public void Descriptions_that_cannot_be_exposed_are_named()
    {
        Assert.That(() => new OpenMetrics(Parse("{}")), Throws.InstanceOf<StatsRefusedException>());
        Assert.That(() => Render(ForeignMetadata.Replace("_om_label", "_other", StringComparison.Ordinal), """{"nodes":{"0":{"load":1.0}}}"""),
            Throws.InstanceOf<StatsRefusedException>().With.Message.Contains("nodes"));
        Assert.That(() => Render(ForeignMetadata.Replace("n_", "", StringComparison.Ordinal).Replace("busy", "load", StringComparison.Ordinal),
            """{"load":1.0,"nodes":{"0":{"load":1.0}}}"""), Throws.InstanceOf<StatsRefusedException>().With.Message.Contains("load"));
    }
}
