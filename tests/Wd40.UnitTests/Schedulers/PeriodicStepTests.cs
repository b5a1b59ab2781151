// SPDX-License-Identifier: GPL-2.0-only
using Wd40.Schedulers;

namespace Wd40.UnitTests.Schedulers;

[TestFixture]
public sealed class PeriodicStepTests
{
    private static readonly TimeSpan _period = TimeSpan.FromMilliseconds(100);

    [Test]
    public void Nothing_is_done_before_the_first_period_is_over()
    {
        var clock = new ManualClock();
        var step = new PeriodicStep("tuner", _period, clock, () => { });
        clock.Advance(99);
        Assert.Multiple(() =>
        {
            Assert.That(step.RunIfDue(clock.GetTimestamp()), Is.EqualTo(1));
            Assert.That(step.Count, Is.Zero);
        });
    }

    [Test]
    public void A_step_a_little_late_keeps_the_rhythm()
    {
        var clock = new ManualClock();
        var step = new PeriodicStep("tuner", _period, clock, () => { });
        clock.Advance(130);
        Assert.Multiple(() =>
        {
            Assert.That(step.RunIfDue(clock.GetTimestamp()), Is.EqualTo(70));
            Assert.That(step.Count, Is.EqualTo(1));
        });
    }

    [Test]
    public void Missed_deadlines_are_not_made_up()
    {
        var clock = new ManualClock();
        var step = new PeriodicStep("tuner", _period, clock, () => { });
        clock.Advance(60_000);
        var wait = step.RunIfDue(clock.GetTimestamp());
        Assert.Multiple(() =>
        {
            Assert.That(wait, Is.EqualTo(100), "the next deadline is now + period");
            Assert.That(step.RunIfDue(clock.GetTimestamp()), Is.EqualTo(100));
            Assert.That(step.Count, Is.EqualTo(1), "one step, no burst");
        });
    }

    [Test]
    public void How_late_steps_begin_is_kept()
    {
        var clock = new ManualClock();
        var step = new PeriodicStep("tuner", _period, clock, () => { });
        clock.Advance(107);
        step.RunIfDue(clock.GetTimestamp());
        clock.Advance(96);
        step.RunIfDue(clock.GetTimestamp());
        Assert.Multiple(() =>
        {
            Assert.That(step.Count, Is.EqualTo(2));
            Assert.That(step.LatestTicks, Is.EqualTo(7));
        });
    }

    [Test]
    public void What_came_before_a_restart_is_not_counted()
    {
        var clock = new ManualClock();
        var step = new PeriodicStep("tuner", _period, clock, () => clock.Advance(3));
        clock.Advance(107);
        step.RunIfDue(clock.GetTimestamp());
        step.Restart();
        Assert.That(new[] { step.Count, step.TicksUsed, step.LongestTicks, step.LatestTicks }, Is.All.Zero);
    }

    [Test]
    public void A_step_longer_than_its_period_leaves_a_whole_period_free()
    {
        var clock = new ManualClock();
        var step = new PeriodicStep("balancer", _period, clock, () => clock.Advance(250));
        clock.Advance(100);
        Assert.Multiple(() =>
        {
            Assert.That(step.RunIfDue(clock.GetTimestamp()), Is.EqualTo(100));
            Assert.That(step.TicksUsed, Is.EqualTo(250));
            Assert.That(step.LongestTicks, Is.EqualTo(250));
        });
    }

    [TestCase(0)]
    [TestCase(-1)]
    public void A_period_of_nothing_is_refused(int milliseconds) => Assert.That(
        () => new PeriodicStep("x", TimeSpan.FromMilliseconds(milliseconds), new ManualClock(), () => { }),
        Throws.InstanceOf<ArgumentOutOfRangeException>());

    [Test]
    public void The_longest_period_does_not_overflow()
    {
        var clock = new ManualClock();
        var step = new PeriodicStep("never", TimeSpan.MaxValue, clock, () => { });
        clock.Advance(1_000_000_000);
        Assert.That(step.RunIfDue(clock.GetTimestamp()), Is.Positive);
    }
}
