// SPDX-License-Identifier: GPL-2.0-only
using System.Text.Json;
using Wd40.Schedulers.Statistics;
using Wd40.Tool.Statistics;

namespace Wd40.UnitTests.Statistics;

/// <summary>What users read: --monitor's lines and --help-stats.</summary>
internal sealed class StatsTextTests
{
    [Test]
    public void Lines_have_the_names_and_the_order_that_scripts_expect()
    {
        var source = new FakeStatsSource(domains: 2, nodes: 1, maskWords: 2);
        source.Change(values =>
        {
            (values.AtUs, values.BalancedAtUs, values.SliceUs) = (1_700_000_000_000_000, 1_699_999_999_250_000, 20_000);
            (values.CpuNs, values.IdleNs, values.TimeUsedNs) = (1000, 250, 1_240_000);
            values.DirectGreedyCpus[0] = 0xff;
            values.KickGreedyCpus[1] = 0x1;
            values.Domains[0] = new DomainFigures { Load = 1.6, Imbalance = 0.05 };
            values.Domains[1] = new DomainFigures { Load = 1.5, Imbalance = -0.05, Delta = -1 };
        });
        source.Count("wake_sync", 1);
        source.Count("dsq_dispatch", 3);
        source.Count("load_balance", 12);
        using var fixture = StatsFixture.Started(source);
        using var client = fixture.Connect();
        var lines = StatsText.Render(client.Value("""{"req":"stats","args":{"mode":"total"}}""")).Split('\n');
        Assert.That(lines[0], Does.Match(@"^###### (Mon|Tue|Wed), \d\d Nov 2023 \d\d:\d\d:\d\d [+-]\d{4}, load balance @ -750\.0ms ######$"));
        Assert.That(lines[1..], Is.EqualTo(
        [
            "cpu= 75.00 load=   3.10 mig=12 task_err=0 time_used=1.2ms",
            "tot=      4 sync_prev_idle=  0.00 wsync= 25.00",
            "prev_idle=  0.00 greedy_idle=  0.00 pin=  0.00",
            "dir=  0.00 dir_greedy=  0.00 dir_greedy_far=  0.00",
            "dsq= 75.00 greedy_local=  0.00 greedy_xnuma=  0.00",
            "kick_greedy=  0.00 rep=  0.00",
            "dl_clamp=  0.00 dl_preset=  0.00",
            "slice=20000us",
            "direct_greedy_cpus=ff",
            "kick_greedy_cpus=10000000000000000",
            "NODE[00] load=   3.10 imbal=  +0.00 delta=  -1.00",
            " DOM[00] load=   1.60 imbal=  +0.05 delta=  +0.00",
            " DOM[01] load=   1.50 imbal=  -0.05 delta=  -1.00",
            "",
        ]));
    }

    [Test]
    public void Before_the_first_balance_step_its_age_is_not_made_up()
    {
        using var fixture = StatsFixture.Started();
        using var client = fixture.Connect();
        Assert.That(StatsText.Render(client.Value("""{"req":"stats"}""")), Does.Contain(", no load balance yet ######\n"));
        Assert.That(StatsText.Render(client.Value("""{"req":"stats"}""")), Does.Contain("direct_greedy_cpus=0\n"));
    }

    [Test]
    public void Help_lists_every_struct_once_with_sorted_fields()
    {
        using var text = new StringWriter { NewLine = "\n" };
        StatsHelp.Print(StatsSchema.Create(new FakeStatsSource().Shape.Counters), text);
        var blocks = text.ToString().TrimEnd('\n').Split("\n\n");
        Assert.That(
            blocks.Select(block => block[..block.IndexOf(']', StringComparison.Ordinal)].Trim()),
            Is.EqualTo(["[ClusterStats", "[NodeStats", "[DomainStats"]));
        Assert.That(blocks[0], Does.StartWith("[ClusterStats] The whole machine"));
        Assert.That(blocks[1], Does.StartWith("[NodeStats   ] One NUMA node"));
        Assert.That(blocks[0], Does.Contain("\n  direct_greedy_cpus ([u64])             : CPUs that accept"));
        Assert.That(blocks[0], Does.Contain("\n  nodes              ({u64:NodeStats})   : NUMA nodes"));
        Assert.That(blocks[2], Does.Contain("\n  load               (float)             : load; 1.0"));
        foreach (var block in blocks)
            Assert.That(
                block.Split('\n')[1..].Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[0]),
                Is.Ordered.Using((IComparer<string>)StringComparer.Ordinal));
    }

    [Test]
    public void A_counter_that_the_header_lacks_is_named()
    {
        var counters = new FakeStatsSource().Shape.Counters.Where(counter => counter.Name != "greedy_far").ToList();
        Assert.That(() => StatsSchema.Create(counters), Throws.ArgumentException.With.Message.Contains("greedy_far"));
    }

    [Test]
    public void Json_lines_are_the_value_of_the_answer()
    {
        using var fixture = StatsFixture.Started();
        using var client = fixture.Connect();
        Assert.That(client.Value("""{"req":"stats"}""").GetRawText(), Does.Not.Contain("\n"));
        Assert.That(client.Value("""{"req":"stats"}""").ValueKind, Is.EqualTo(JsonValueKind.Object));
    }
}
