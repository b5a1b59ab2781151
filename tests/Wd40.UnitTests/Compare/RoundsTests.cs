// SPDX-License-Identifier: GPL-2.0-only
using Wd40.Vm.Compare;

namespace Wd40.UnitTests.Compare;

public sealed class RoundsTests
{
    private static readonly IReadOnlyList<ScenarioDefinition> _requests = ScenarioCatalog.Select(["requests"]);

    [Test]
    public void The_ratio_is_taken_per_round_against_the_mean_of_its_own_defaults()
    {
        var rounds = new Rounds(_requests, idleCounts: true);
        Add(rounds, 90, 200, 110, 0);
        Add(rounds, 1000, 1000, 1000, 0);
        Add(rounds, 400, 200, 400, 0);
        var rate = rounds.Summarize("wd40").Single(summary => summary.Figure.Name == "rate");
        Assert.Multiple(() =>
        {
            Assert.That(rate.Ratio!.Median, Is.EqualTo(1).Within(1e-12), "ratios 2, 1 and 0.5");
            Assert.That(rate.Ratio!.Minimum, Is.EqualTo(0.5).Within(1e-12));
            Assert.That(rate.Ratio!.Maximum, Is.EqualTo(2).Within(1e-12));
            Assert.That(rate.Default!.Median, Is.EqualTo(400).Within(1e-12));
            Assert.That(rate.Noise, Is.Zero, "median of 0.2, 0 and 0");
            Assert.That(rate.FullName, Is.EqualTo("requests.rate"));
        });
    }

    [TestCase(0.005, 1)]
    [TestCase(0.0051, 0)]
    public void A_throughput_counts_only_without_idle_cpus(double idle, int counted)
    {
        var rounds = new Rounds(_requests, idleCounts: true);
        Add(rounds, 100, 100, 100, idle);
        var summaries = rounds.Summarize("wd40");
        Assert.Multiple(() =>
        {
            Assert.That(summaries.Single(summary => summary.Figure.Name == "rate").CountedRounds, Is.EqualTo(counted));
            Assert.That(summaries.Single(summary => summary.Figure.Name == "wakeup_p99").CountedRounds, Is.EqualTo(1), "a delay counts anyway");
            Assert.That(summaries[0].Shown.Ratio!.Median, Is.EqualTo(1), "shown whether it counts or not");
            Assert.That(summaries[0].CandidateIdle, Is.EqualTo(idle), "shown whether it counts or not");
        });
    }

    [Test]
    public void Idle_cpus_of_a_default_run_count_too_and_an_unknown_share_is_no_share()
    {
        var figure = Planted.Rate;
        var busy = Planted.Run(0, ("rate", 1));
        var idle = Planted.Run(0.01, ("rate", 1));
        var unknown = Planted.Run(null, ("rate", 1));
        Assert.Multiple(() =>
        {
            Assert.That(FigureRound.Of(figure, busy, busy, idle, idleCounts: true).Void, Does.Contain("0.0100"));
            Assert.That(FigureRound.Of(figure, busy, busy, idle, idleCounts: false).Void, Is.Null, "with real concurrency idle CPUs cost time");
            Assert.That(FigureRound.Of(figure, busy, unknown, busy, idleCounts: true).Void, Does.Contain("unknown"));
        });
    }

    [Test]
    public void A_void_run_voids_its_round_only()
    {
        var rounds = new Rounds(_requests, idleCounts: true);
        Add(rounds, 100, 100, 100, 0);
        rounds.Begin();
        rounds.Add(Rounds.First, "requests", new Measurement(new Dictionary<string, double>(), 0, "planted"));
        rounds.Add("wd40", "requests", Planted.Run(0, ("rate", 1), ("wakeup_p99", 1), ("request_p99", 1)));
        rounds.Add(Rounds.Second, "requests", Planted.Run(0, ("rate", 1), ("wakeup_p99", 1), ("request_p99", 1)));
        var rate = rounds.Summarize("wd40")[0];
        Assert.That((rate.CountedRounds, rate.Rounds.Count), Is.EqualTo((1, 2)));
        Assert.That(rate.VoidReasons, Is.EqualTo(new[] { "planted" }));
        Assert.That(rate.Ratio!.Median, Is.EqualTo(1));
    }

    [Test]
    public void A_missing_run_is_an_error()
    {
        var rounds = new Rounds(_requests, idleCounts: true);
        Add(rounds, 100, 100, 100, 0);
        Assert.That(() => rounds.Summarize("peer"), Throws.InvalidOperationException.With.Message.Contains("peer"));
    }

    [Test]
    public void A_default_of_zero_gives_no_ratio()
    {
        var round = new FigureRound(0, 5, 0, null, null, null);
        Assert.That((round.Ratio, round.Noise), Is.EqualTo(((double?)null, 0d)));
    }

    [Test]
    public void Quartiles_are_interpolated()
    {
        var four = Distribution.Of([4, 1, 3, 2])!;
        Assert.That((four.LowerQuartile, four.Median, four.UpperQuartile), Is.EqualTo((1.75, 2.5, 3.25)));
        var one = Distribution.Of([7])!;
        Assert.That((one.Minimum, one.LowerQuartile, one.Median, one.UpperQuartile, one.Maximum), Is.EqualTo((7d, 7d, 7d, 7d, 7d)));
        Assert.That(Distribution.Of([]), Is.Null);
    }

    private static void Add(Rounds rounds, double first, double ours, double second, double idle)
    {
        rounds.Begin();
        rounds.Add(Rounds.First, "requests", Run(first));
        rounds.Add("wd40", "requests", Run(ours));
        rounds.Add(Rounds.Second, "requests", Run(second));

        Measurement Run(double value) => Planted.Run(idle, ("rate", value), ("wakeup_p99", value), ("request_p99", value));
    }
}
