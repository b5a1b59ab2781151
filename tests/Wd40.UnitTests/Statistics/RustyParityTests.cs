// SPDX-License-Identifier: GPL-2.0-only
using System.Text.Json;
using Wd40.ArenaRuntime.Layout;

namespace Wd40.UnitTests.Statistics;

/// <summary>What a client of scx_rusty asks for is there, under the names and with the attributes it expects.</summary>
internal sealed class RustyParityTests
{
    /// <summary>Fields by struct and kind, from the specification of rusty's statistics.</summary>
    private static readonly (string Struct, string Kind, string[] Fields)[] _specified =
    [
        ("ClusterStats", "u64", ["at_us", "lb_at_us", "total", "slice_us", "nr_migrations", "task_get_err"]),
        ("ClusterStats", "float",
        [
            "cpu_busy", "load", "time_used", "sync_prev_idle", "wake_sync", "prev_idle", "greedy_idle", "pinned", "direct", "greedy", "greedy_far",
            "dsq_dispatch", "greedy_local", "greedy_xnuma", "kick_greedy", "repatriate", "dl_clamp", "dl_preset",
        ]),
        ("ClusterStats", "array", ["direct_greedy_cpus", "kick_greedy_cpus"]),
        ("ClusterStats", "dict", ["nodes"]),
        ("NodeStats", "float", ["load", "imbal", "delta"]),
        ("NodeStats", "dict", ["doms"]),
        ("DomainStats", "float", ["load", "imbal", "delta"]),
    ];

    [Test, Property("Check", "R-5")]
    public void Structs_fields_and_attributes_are_those_of_rusty()
    {
        using var fixture = StatsFixture.Started(new FakeStatsSource(counters: WdStats.Counters));
        using var client = fixture.Connect();
        var metadata = client.Value("""{"req":"stats_meta"}""");
        Assert.Multiple(() =>
        {
            foreach (var (structure, kind, fields) in _specified)
            {
                foreach (var field in fields)
                    Assert.That(Kind(metadata.GetProperty(structure).GetProperty("fields"), field), Is.EqualTo(kind), $"{structure}.{field}");
            }

            Assert.That(metadata.GetProperty("ClusterStats").GetProperty("top").GetString(), Is.EqualTo("true"));
            Assert.That(User(metadata, "NodeStats"), Is.EqualTo("""{"_om_label":"node","_om_prefix":"n_"}"""));
            Assert.That(User(metadata, "DomainStats"), Is.EqualTo("""{"_om_label":"domain","_om_prefix":"d_"}"""));
            foreach (var mask in (string[])["direct_greedy_cpus", "kick_greedy_cpus"])
            {
                Assert.That(metadata.GetProperty("ClusterStats").GetProperty("fields").GetProperty(mask).GetProperty("user").ToString(),
                    Is.EqualTo("""{"_om_skip":"true"}"""), mask);
            }
        });
    }

    private static string User(JsonElement metadata, string structure) => metadata.GetProperty(structure).GetProperty("user").ToString();

    private static string Kind(JsonElement fields, string name) => !fields.TryGetProperty(name, out var field) ? "missing"
        : field.TryGetProperty("datum", out var datum) ? datum.GetString()!
        : field.TryGetProperty("array", out _) ? "array" : "dict";
}
