// SPDX-License-Identifier: GPL-2.0-only
using Wd40.Vm.Compare;

namespace Wd40.UnitTests.Compare;

public sealed class VerdictTests
{
    [Test]
    public void Median_decides_met_and_missed()
    {
        var bar = Bar.Parse("timer.p99=0.75");
        Assert.Multiple(() =>
        {
            Assert.That(Verdict.Of(bar, Planted.Ratios(0, 0.6, 0.7, 0.65, 0.72, 0.9)).Outcome, Is.EqualTo(Outcome.Met));
            Assert.That(Verdict.Of(bar, Planted.Ratios(0, 0.8, 0.85, 0.9, 0.95, 0.5)).Outcome, Is.EqualTo(Outcome.Missed));
            Assert.That(Verdict.Of(bar, Planted.Ratios(0, 0.75, 0.75, 0.75)).Outcome, Is.EqualTo(Outcome.Met), "the bar itself");
        });
    }

    [Test]
    public void Higher_is_better_turns_the_bar_round()
    {
        var bar = Bar.Parse("pingpong.round_trips=1.2");
        Assert.Multiple(() =>
        {
            Assert.That(Verdict.Of(bar, Planted.Ratios(0, 1.3, 1.4, 1.5)).Outcome, Is.EqualTo(Outcome.Met));
            Assert.That(Verdict.Of(bar, Planted.Ratios(0, 1.0, 1.1, 1.15)).Outcome, Is.EqualTo(Outcome.Missed));
        });
    }

    [Test]
    public void Quartiles_on_both_sides_are_inconclusive()
    {
        // Sorted: 0.5 0.6 0.7 0.9 1.0; quartiles 0.6 and 0.9, median below the bar.
        var verdict = Verdict.Of(Bar.Parse("timer.p99=0.75"), Planted.Ratios(0, 0.9, 0.5, 1.0, 0.6, 0.7));
        Assert.That(verdict.Outcome, Is.EqualTo(Outcome.Inconclusive));
        Assert.That(verdict.Reason, Does.Contain("straddle"));
    }

    [TestCase(0.11, "timer.p99=0.95", Outcome.Inconclusive, Description = "above 10 % and above half of 0.05")]
    [TestCase(0.09, "timer.p99=0.95", Outcome.Met, Description = "below 10 % is always accepted")]
    [TestCase(0.20, "timer.p99=0.50", Outcome.Met, Description = "above 10 %, but below half of 0.5")]
    [TestCase(0.26, "timer.p99=0.50", Outcome.Inconclusive, Description = "above half of 0.5")]
    public void Noise_of_the_default_counts_against_the_distance_to_1(double noise, string bar, Outcome expected) =>
        Assert.That(Verdict.Of(Bar.Parse(bar), Planted.Ratios(noise, 0.4, 0.4, 0.4, 0.4, 0.4)).Outcome, Is.EqualTo(expected));

    [Test]
    public void A_noisy_default_is_inconclusive_even_when_missed() =>
        Assert.That(Verdict.Of(Bar.Parse("timer.p99=0.9"), Planted.Ratios(0.3, 2, 2, 2)).Outcome, Is.EqualTo(Outcome.Inconclusive));

    [Test]
    public void Absolute_bars_ignore_the_default()
    {
        var noisy = Planted.Ratios(0.9, 0.5, 0.5, 0.5);
        Assert.Multiple(() =>
        {
            Assert.That(Verdict.Of(Bar.Parse("timer.p99=50abs"), noisy).Outcome, Is.EqualTo(Outcome.Met));
            Assert.That(Verdict.Of(Bar.Parse("timer.p99=49.9abs"), noisy).Outcome, Is.EqualTo(Outcome.Missed));
        });
    }

    [Test]
    public void Too_few_counted_rounds_are_inconclusive_and_say_why()
    {
        var summary = Planted.Ratios(0, 0.5, 0.5, 0.5);
        var thin = summary with { Rounds = [.. summary.Rounds.Take(2), summary.Rounds[2] with { Void = "fewer hogs than CPUs" }] };
        var verdict = Verdict.Of(Bar.Parse("timer.p99=0.9"), thin);
        Assert.That(verdict.Outcome, Is.EqualTo(Outcome.Inconclusive));
        Assert.That(verdict.Reason, Does.Contain("2 of 3").And.Contain("fewer hogs than CPUs"));
    }

    [Test]
    public void The_worst_outcome_stands_for_all_and_the_numbers_are_exit_codes()
    {
        var met = Verdict.Of(Bar.Parse("timer.p99=0.9"), Planted.Ratios(0, 0.5, 0.5, 0.5));
        var missed = Verdict.Of(Bar.Parse("timer.p99=0.4"), Planted.Ratios(0, 0.5, 0.5, 0.5));
        var open = Verdict.Of(Bar.Parse("timer.p99=0.9"), Planted.Ratios(0, 0.5));
        Assert.Multiple(() =>
        {
            Assert.That(Verdict.Together([]), Is.EqualTo(Outcome.Met));
            Assert.That(Verdict.Together([met, open]), Is.EqualTo(Outcome.Inconclusive));
            Assert.That(Verdict.Together([met, open, missed]), Is.EqualTo(Outcome.Missed));
            Assert.That((int)Outcome.Met, Is.Zero);
            Assert.That((int)Outcome.Missed, Is.EqualTo(1));
            Assert.That((int)Outcome.Inconclusive, Is.EqualTo(2));
        });
    }
}
