// SPDX-License-Identifier: GPL-2.0-only
using System.Globalization;
using Wd40.Schedulers.Statistics;

namespace Wd40.UnitTests.Statistics;

/// <summary>Values: differences per client, shares, extremes.</summary>
internal sealed class FiguresTests
{
    private const string Stats = """{"req":"stats"}""";
    private const string Totals = """{"req":"stats","args":{"mode":"total"}}""";

    [Test]
    public void Two_clients_have_differences_of_their_own()
    {
        using var fixture = StatsFixture.Started();
        fixture.Source.Count("load_balance", 100);
        using var first = fixture.Connect();
        using var second = fixture.Connect();
        Assert.That(Migrations(first), Is.Zero, "the first request of a client opens its baseline");
        fixture.Source.Count("load_balance", 107);
        Assert.That(Migrations(second), Is.Zero);
        Assert.That(Migrations(first), Is.EqualTo(7));
        fixture.Source.Count("load_balance", 110);
        Assert.That(Migrations(first), Is.EqualTo(3));
        Assert.That(Migrations(second), Is.EqualTo(3));
        Assert.That(Migrations(second), Is.Zero);
    }

    [Test]
    public void A_slot_used_again_has_no_memory_of_the_client_before()
    {
        using var fixture = StatsFixture.Started(change: options => options with { MaxConnections = 1 });
        using (var first = fixture.Connect())
            Assert.That(Migrations(first), Is.Zero);
        fixture.Source.Count("load_balance", 5);
        while (true)
        {
            // The server may not have noticed yet that the first client has gone: then the second is refused.
            using var second = fixture.Connect();
            second.Send(Stats + "\n");
            if (second.ReadLine() is not { } line)
                continue;
            Assert.That(line, Does.Contain("\"nr_migrations\":0"));
            break;
        }
    }

    [Test]
    public void Totals_need_no_baseline_and_do_not_change_it()
    {
        using var fixture = StatsFixture.Started();
        using var client = fixture.Connect();
        fixture.Source.Count("load_balance", 4);
        Assert.That(client.Value(Totals).GetProperty("nr_migrations").GetUInt64(), Is.EqualTo(4));
        Assert.That(Migrations(client), Is.Zero);
        fixture.Source.Count("load_balance", 9);
        Assert.That(client.Value(Totals).GetProperty("nr_migrations").GetUInt64(), Is.EqualTo(9));
        Assert.That(Migrations(client), Is.EqualTo(5));
    }

    [Test]
    public void Shares_of_the_dispatches_sum_to_100_and_others_are_relative_to_the_same_total()
    {
        using var fixture = StatsFixture.Started();
        using var client = fixture.Connect();
        ulong sum = 0;
        for (var i = 0; i < StatsSchema.Dispatches.Count; i++)
        {
            var count = (ulong)(i * i * 37) + 1;
            sum += count;
            fixture.Source.Count(StatsSchema.Dispatches[i], count);
        }
        fixture.Source.Count("dl_preset", 2 * sum);
        var value = client.Value(Totals);
        Assert.That(value.GetProperty("total").GetUInt64(), Is.EqualTo(sum));
        Assert.That(StatsSchema.Dispatches.Sum(name => value.GetProperty(name).GetDouble()), Is.EqualTo(100).Within(0.1));
        Assert.That(value.GetProperty("wake_sync").GetDouble(), Is.EqualTo(100.0 / sum));
        Assert.That(value.GetProperty("dl_preset").GetDouble(), Is.EqualTo(200));
    }

    [Test]
    public void Nothing_ran_gives_zeros_with_the_type_they_always_have()
    {
        using var fixture = StatsFixture.Started();
        using var client = fixture.Connect();
        client.Send(Stats + "\n");
        var line = client.ReadLine()!;
        Assert.That(line, Does.Not.Contain("null"));
        Assert.That(line, Does.Contain("\"cpu_busy\":0.0,"));
        Assert.That(line, Does.Contain("\"wake_sync\":0.0,"));
        Assert.That(line, Does.Contain("\"total\":0,"));
    }

    [Test]
    public void What_is_no_number_becomes_zero()
    {
        using var fixture = StatsFixture.Started();
        fixture.Source.Change(values =>
        {
            values.Domains[0].Load = double.NaN;
            values.Domains[0].Imbalance = double.PositiveInfinity;
        });
        using var client = fixture.Connect();
        client.Send(Stats + "\n");
        Assert.That(client.ReadLine(), Does.Contain("\"0\":{\"load\":0.0,\"imbal\":0.0,\"delta\":0.0,"));
    }

    [TestCase(0.0, "0.0")]
    [TestCase(3.0, "3.0")]
    [TestCase(-2.5, "-2.5")]
    [TestCase(0.1, "0.1")]
    [TestCase(1e300, "1E+300")]
    [TestCase(100.0 / 3, "33.333333333333336")]
    public void Floats_have_their_shortest_form(double value, string text)
    {
        using var fixture = StatsFixture.Started();
        fixture.Source.Change(values => values.Domains[1].Delta = value);
        using var client = fixture.Connect();
        var found = client.Value(Stats).GetProperty("nodes").GetProperty("0").GetProperty("doms").GetProperty("1").GetProperty("delta");
        Assert.That(found.GetRawText(), Is.EqualTo(text));
        Assert.That(double.Parse(found.GetRawText(), CultureInfo.InvariantCulture), Is.EqualTo(value));
    }

    [Test]
    public void Largest_numbers_come_through()
    {
        using var fixture = StatsFixture.Started();
        fixture.Source.Change(values =>
        {
            values.AtUs = ulong.MaxValue;
            values.DirectGreedyCpus[0] = ulong.MaxValue;
        });
        fixture.Source.Count("load_balance", ulong.MaxValue);
        using var client = fixture.Connect();
        var value = client.Value(Totals);
        Assert.That(value.GetProperty("at_us").GetRawText(), Is.EqualTo("18446744073709551615"));
        Assert.That(value.GetProperty("direct_greedy_cpus")[0].GetUInt64(), Is.EqualTo(ulong.MaxValue));
        Assert.That(value.GetProperty("nr_migrations").GetUInt64(), Is.EqualTo(ulong.MaxValue));
    }

    [Test]
    public void Busy_time_is_that_of_the_period()
    {
        using var fixture = StatsFixture.Started();
        using var client = fixture.Connect();
        fixture.Source.Change(values => (values.CpuNs, values.IdleNs) = (1_000_000, 1_000_000));
        Assert.That(client.Value(Stats).GetProperty("cpu_busy").GetDouble(), Is.Zero);
        fixture.Source.Change(values => (values.CpuNs, values.IdleNs) = (2_000_000, 1_250_000));
        Assert.That(client.Value(Stats).GetProperty("cpu_busy").GetDouble(), Is.EqualTo(75));
        fixture.Source.Change(values => (values.CpuNs, values.IdleNs) = (3_000_000, 1_000_000));
        Assert.That(client.Value(Stats).GetProperty("cpu_busy").GetDouble(), Is.EqualTo(100), "idle time that went back counts as none");
    }

    [Test]
    public void Nodes_hold_their_domains_and_the_sums_of_them()
    {
        var source = new FakeStatsSource(domains: 4, nodes: 2);
        source.Change(values =>
        {
            for (var i = 0; i < 4; i++)
            {
                var delta = i == 0 ? 1 : i == 1 ? -0.25 : -0.375;
                values.Domains[i] = new DomainFigures { Load = 1 + i, Imbalance = i - 1.5, Delta = delta, Node = i / 2 };
            }
        });
        using var fixture = StatsFixture.Started(source);
        using var client = fixture.Connect();
        var value = client.Value(Stats);
        Assert.That(value.GetProperty("load").GetDouble(), Is.EqualTo(10));
        var node = value.GetProperty("nodes").GetProperty("1");
        Assert.That(node.GetProperty("load").GetDouble(), Is.EqualTo(7));
        Assert.That(node.GetProperty("imbal").GetDouble(), Is.EqualTo(2));
        Assert.That(value.GetProperty("nodes").GetProperty("0").GetProperty("delta").GetDouble(), Is.EqualTo(0.75),
            "only what crosses the node's border");
        Assert.That(node.GetProperty("doms").EnumerateObject().Select(member => member.Name), Is.EqualTo(["2", "3"]));
    }

    private static ulong Migrations(RawClient client) => client.Value(Stats).GetProperty("nr_migrations").GetUInt64();
}
