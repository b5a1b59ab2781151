// SPDX-License-Identifier: GPL-2.0-only
using Wd40.Vm.Compare;

namespace Wd40.UnitTests.Compare;

public sealed class MeasurementTests
{
    private static readonly ScenarioDefinition _timer = ScenarioCatalog.Select(["timer"])[0];
    private static readonly ScenarioDefinition _rebalance = ScenarioCatalog.Select(["rebalance"])[0];

    [Test]
    public void Figures_are_read_along_their_paths()
    {
        var run = Measurement.Read(_timer, """{"valid":true,"idle_share":0.25,"delay_ns":{"p50":1,"p99":2,"max":3},"missed_frames":4}""");
        Assert.That(run.Figures, Is.EquivalentTo(new Dictionary<string, double> { ["p50"] = 1, ["p99"] = 2, ["max"] = 3, ["missed_frames"] = 4 }));
        Assert.That((run.IdleShare, run.Void), Is.EqualTo(((double?)0.25, (string?)null)));
    }

    [Test]
    public void A_rebalance_that_never_came_is_its_bound()
    {
        var run = Measurement.Read(_rebalance, """{"valid":true,"rebalance_ns":null}""");
        Assert.That(run.Figures["time"], Is.EqualTo(8e9));
    }

    [TestCase("""{"valid":false,"void":true,"rebalance_ns":null}""", "void")]
    [TestCase("""{"valid":false,"error":"starved"}""", "starved")]
    public void An_invalid_report_gives_no_figures(string report, string reason)
    {
        var run = Measurement.Read(_rebalance, report);
        Assert.That(run.Figures, Is.Empty);
        Assert.That(run.Void, Does.Contain(reason));
    }

    [TestCase("not json")]
    [TestCase("""{"rebalance_ns":1}""")]
    [TestCase("""{"valid":true}""")]
    [TestCase("""{"valid":true,"rebalance_ns":"soon"}""")]
    public void Anything_else_is_refused(string report) =>
        Assert.That(() => Measurement.Read(_rebalance, report), Throws.TypeOf<FormatException>().With.Message.Contains("rebalance"));

    [Test]
    public void Null_stands_for_a_bound_only_where_one_is_defined() =>
        Assert.That(
            () => Measurement.Read(_timer, """{"valid":true,"delay_ns":{"p50":1,"p99":null,"max":3},"missed_frames":4}"""),
            Throws.TypeOf<FormatException>().With.Message.Contains("delay_ns.p99"));
}
