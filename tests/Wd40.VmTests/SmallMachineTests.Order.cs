// SPDX-License-Identifier: GPL-2.0-only
using Wd40.VmTests.Harness;
using Wd40.VmTests.Reports;

namespace Wd40.VmTests;

/// <summary>What the order of wd40 is worth, beside the default scheduler's in the same boot.</summary>
internal sealed partial class SmallMachineTests
{
    private OrderRun? _order;

    /// <summary>
    /// Tasks that mostly sleep wake up sooner beside hogs than under the default scheduler, and a crowd that exchanges messages does not pay for
    /// it: it switches no more often.
    /// </summary>
    /// <remarks>
    /// The limits on wake-ups are the floors of the comparison, whose five rounds would take too long here: p50 0.5 to 0.7, p99 0.3 to 0.5, switches
    /// 0.6 to 0.7. With a credit that does not follow the pace of the queue, or a clock that woken tasks hold back, switches are 1.9 and 2.3; where
    /// only a whole credit makes a task rested, p99 is 0.85 to 0.95. That tasks of the CPU go first shows too little here: 0.8 switches without.
    /// </remarks>
    [Test, Property("Check", "order"), Category(RunLength.OneKernel)]
    public async Task Sleepers_wake_sooner_and_crowds_switch_less()
    {
        const double P50 = 1.0, P99 = 0.8, Switches = 1.0;
        var (defaultSleepers, defaultCrowd, _, sleepers, crowd) = await OrderRunAsync();
        double p50 = (double)sleepers.DelayNs.P50 / defaultSleepers.DelayNs.P50, p99 = (double)sleepers.DelayNs.P99 / defaultSleepers.DelayNs.P99,
            switches = (double)crowd.ContextSwitches / defaultCrowd.ContextSwitches;
        await TestContext.Out.WriteLineAsync(FormattableString.Invariant(
            $"of the default scheduler's: wake-up p50 {p50:F2} (of {defaultSleepers.DelayNs.P50 / 1e6:F2} ms), p99 {p99:F2} (of ")
            + FormattableString.Invariant($"{defaultSleepers.DelayNs.P99 / 1e6:F2} ms); messages: context switches {switches:F2} (of ")
            + FormattableString.Invariant($"{defaultCrowd.ContextSwitches}), guest time {(double)crowd.TimeNs / defaultCrowd.TimeNs:F2}"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(sleepers.DelayNs.Count, Is.GreaterThan(1000), "wake-ups in the window");
            Assert.That(p50, Is.LessThanOrEqualTo(P50), "median wake-up delay beside hogs, of the default scheduler's");
            Assert.That(p99, Is.LessThanOrEqualTo(P99), "99 of 100 wake-ups beside hogs, of the default scheduler's");
            Assert.That(switches, Is.LessThanOrEqualTo(Switches), "context switches for the same messages, of the default scheduler's");
        }
    }

    /// <summary>The run that tests of wd40 with its defaults share here.</summary>
    private async Task<OrderRun> OrderRunAsync()
    {
        if (_order is not null)
            return _order;
        var defaultSleepers = await SleepersAsync(0);
        var defaultCrowd = await MessagesAsync();
        var (scheduler, attached) = await AttachBesideHogsAsync();
        await using (scheduler)
            return _order = new(defaultSleepers, defaultCrowd, attached, await SleepersAsync(defaultSleepers.LoopsPerUs), await MessagesAsync());
    }

    /// <summary>A sleeper for each CPU that works for 0.3 ms every 5, beside 1.5 hogs a CPU.</summary>
    /// <param name="loopsPerUs">Speed of the work, so that it is the same in each run; 0: measured.</param>
    private Task<WakeupsReport> SleepersAsync(double loopsPerUs) =>
        MiddleOfThreeAsync(FormattableString.Invariant($"--seconds {RunLength.Of(3, 30)} --loops-per-us {loopsPerUs}"));

    /// <summary>4 groups of 20 senders and 20 receivers.</summary>
    private Task<SwitchesReport> MessagesAsync() => LoadAsync<SwitchesReport>($"switches -- hackbench -g 4 -l {RunLength.Of(40, 100)}");

    /// <summary>Figures of one boot.</summary>
    /// <param name="DefaultSleepers">Of the default scheduler, before wd40 starts.</param>
    /// <param name="DefaultCrowd">The same of the crowd.</param>
    /// <param name="Attached">What hogs saw while it attached.</param>
    /// <param name="Sleepers">Of wd40.</param>
    /// <param name="Crowd">The same of the crowd.</param>
    private sealed record OrderRun(
        WakeupsReport DefaultSleepers, SwitchesReport DefaultCrowd, HogsReport Attached, WakeupsReport Sleepers, SwitchesReport Crowd);
}
