// SPDX-License-Identifier: GPL-2.0-only
using Wd40.VmTests.Harness;
using Wd40.VmTests.Reports;

namespace Wd40.VmTests;

/// <summary>Shares of CPU time across domains, and who waits for how long.</summary>
internal sealed partial class FigureTests
{
    /// <summary>Nobody that is runnable makes no progress for longer than this.</summary>
    private const long GapLimitNs = 100_000_000;

    /// <summary>Guest seconds until hogs have found their places.</summary>
    private const double Settling = 4;

    /// <summary>Sixteen hogs that may run anywhere share the machine by weight.</summary>
    [Test, Property("Check", "A-8"), Category(RunLength.OneKernel)]
    public async Task Weights_hold_on_the_whole_machine()
    {
        var before = await DefaultAsync("A-8");
        await SharedSchedulerAsync("");
        var own = await HogsAsync("A-8", fullSeconds: 40, warmup: RunLength.Of(Settling, 20));
        Note($"8 x nice 0 : 8 x nice 3 on 8 CPUs = {own.Ratio:F3}, default scheduler {before.Ratio:F3}, due {WeightOfNice0 / WeightOfNice3:F3}; "
            + $"members within {own.Groups[0].Range:P1} and {own.Groups[1].Range:P1}, "
            + $"default scheduler {before.Groups[0].Range:P1} and {before.Groups[1].Range:P1}");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(own.Ratio, Is.EqualTo(WeightOfNice0 / WeightOfNice3).Within(10).Percent);
            Assert.That(own.CpusUsed, Is.EqualTo(8).Within(2).Percent, "CPUs that the hogs used");
        }
    }

    /// <summary>Tasks that all sleep now and then share by weight like hogs: a short sleep gives nothing away, and earns nothing.</summary>
    [Test, Property("Check", "naps"), Category(RunLength.OneKernel)]
    public async Task Weights_hold_among_tasks_that_all_sleep()
    {
        const double DueRatio = 1024.0 / 335;
        await SharedSchedulerAsync("");
        var own = await LoadAsync<HogsReport>(FormattableString.Invariant(
            $"hogs --groups 8:naps=3000+500,8:nice=5:naps=3000+500 --warmup 2 --seconds {RunLength.Of(4, 20)}"));
        double ratio = own.Groups[0].ShareSum / own.Groups[1].ShareSum;
        Note($"8 x nice 0 : 8 x nice 5, asleep for 0.5 ms after each 3 ms of CPU time = {ratio:F2}, due {DueRatio:F2}; "
            + $"{own.CpusUsed:F2} CPUs used, members within {own.Groups[0].Range:P1} and {own.Groups[1].Range:P1}");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(ratio, Is.EqualTo(DueRatio).Within(10).Percent);
            Assert.That(own.CpusUsed, Is.GreaterThan(7.8), "CPUs used: without a queue there is no order");
        }
    }

    /// <summary>A weight beyond what one CPU can give gets one CPU, the rest is shared. Four CPUs by affinity, the others idle.</summary>
    [Test, Property("Check", "A-26"), Category(RunLength.OneKernel)]
    public async Task Weights_that_cannot_hold_leave_nothing_idle()
    {
        const int Light = 7;
        const double Fair = 3.0 / Light, TolerancePercent = 5;
        var before = await DefaultAsync("A-26");
        var scheduler = await SharedSchedulerAsync("");
        var migrations = (await scheduler.TotalsAsync()).NrMigrations;
        var own = await HogsAsync("A-26");
        migrations = (await scheduler.TotalsAsync()).NrMigrations - migrations;
        Note($"1 x nice -20 and 7 x nice 19 on 4 CPUs: heavy {own.Groups[0].ShareSum:F3}, light {own.Groups[1].ShareMin:F3} to "
            + $"{own.Groups[1].ShareMax:F3} (due {Fair:F3}), {own.CpusUsed:F3} CPUs used, {migrations} migrations; default scheduler: "
            + $"heavy {before.Groups[0].ShareSum:F3}, light {before.Groups[1].ShareMin:F3} to {before.Groups[1].ShareMax:F3}");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(own.Groups[0].ShareSum, Is.EqualTo(1).Within(2).Percent, "CPUs of the heavy hog");
            Assert.That(own.Groups[1].ShareMin, Is.EqualTo(Fair).Within(TolerancePercent).Percent, "CPUs of the light hog that got least");
            Assert.That(own.Groups[1].ShareMax, Is.EqualTo(Fair).Within(TolerancePercent).Percent, "CPUs of the light hog that got most");
            Assert.That(own.CpusUsed, Is.EqualTo(4).Within(1).Percent, "CPUs that the hogs used");
            Assert.That(migrations, Is.LessThanOrEqualTo(Light), "applied migrations: none of the hogs may leave its domain");
        }
    }

    /// <summary>Tasks too heavy for their share have a CPU each; the others share by weight what is left, also where half of a domain's CPUs are taken so.</summary>
    /// <remarks>
    /// They stay behind all others. While the clocks waited for them the others ran on to the bound of their keys, where they were alike, whatever their
    /// weights: on half of the CPUs 0.5 each in place of 0.75 and 0.25, and who came or woke waited for up to 0.4 s.
    /// </remarks>
    [Test, Property("Check", "A-26"), Category(RunLength.OneKernel)]
    public async Task Beside_tasks_too_heavy_for_their_share_weights_hold()
    {
        const double Due = 1024.0 / (1024 + 335), TolerancePercent = 5;
        await SharedSchedulerAsync("");
        var own = await HogsOfAsync(FormattableString.Invariant(
            $"2:nice=-20:cpus=0-3,2:cpus=0-3,2:nice=5:cpus=0-3 --warmup {RunLength.Of(4, 10)} --seconds {RunLength.Of(3, 20)}"));
        Note("2 x nice -20, 2 x nice 0 and 2 x nice 5 on 4 CPUs: "
            + string.Join("; ", own.Groups.Select(group => FormattableString.Invariant($"{group.ShareMin:F3} to {group.ShareMax:F3}")))
            + $"; longest gap {own.Groups.Max(group => group.LongestGapNs) / 1e6:F0} ms");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(own.Groups[0].ShareMin, Is.EqualTo(1).Within(TolerancePercent).Percent, "CPUs of the heavy hog that got least");
            Assert.That(own.Groups[1].ShareMean, Is.EqualTo(Due).Within(TolerancePercent).Percent, "CPUs of a hog of nice 0, on the average");
            Assert.That(own.Groups[2].ShareMean, Is.EqualTo(1 - Due).Within(TolerancePercent).Percent, "CPUs of a hog of nice 5, on the average");
        }
    }

    /// <summary>A light task that is taken out of turn, as it has waited for too long, leaves the order of a CPU's own queue as it was.</summary>
    /// <remarks>
    /// On one CPU, and on a machine of one CPU. When the clock of the queue went with the light one, which is far ahead of all others, the heavy one was
    /// brought near to it, and waited until those of nice 0 had caught up: 0.86 in place of 0.97 CPUs, and these 0.063 each in place of 0.011.
    /// </remarks>
    [Test, Property("Check", "A-26"), Category(RunLength.OneKernel)]
    public async Task A_task_that_is_taken_out_of_turn_leaves_the_order_as_it_was()
    {
        await SharedSchedulerAsync("");
        var own = await HogsOfAsync(FormattableString.Invariant(
            $"1:nice=-20:cpus=1,2:cpus=1,1:nice=10:cpus=1 --warmup 3 --seconds {RunLength.Of(5, 20)}"));
        HogGroup heavy = own.Groups[0], normal = own.Groups[1];
        Note($"nice -20, 2 x nice 0 and nice 10 on one CPU: {heavy.ShareSum:F3}, {normal.ShareMin:F3} to {normal.ShareMax:F3}, {own.Groups[2].ShareSum:F3}");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(heavy.ShareSum, Is.GreaterThan(0.94), "CPUs of the heavy hog");
            Assert.That(normal.ShareMax, Is.LessThan(0.025), "CPUs of the hog of nice 0 that got most: 0.011, and what one turn more is in the window");
        }
    }

    /// <summary>A hog bound to a CPU competes with free ones on equal terms: it is neither starved nor favoured.</summary>
    [Test, Property("Check", "A-40"), Category(RunLength.OneKernel)]
    public async Task While_free_hogs_run_a_bound_one_gets_its_share()
    {
        await SharedSchedulerAsync("");
        // Light tasks alone on the CPU: they carry the clock of its queue far ahead of the others, from where the next one must not start.
        await HogsAsync("light", seconds: 3, fullSeconds: 3, warmup: 0);
        var own = await LoadAsync<HogsReport>(FormattableString.Invariant(
            $"hogs --groups 1:cpus=2,8 --warmup {RunLength.Of(Settling, 20)} --seconds {RunLength.Of(Seconds, 60)}"));
        HogGroup bound = own.Groups[0], free = own.Groups[1];
        Note($"1 bound and 8 free hogs: bound {bound.ShareSum:F3}, free {free.ShareMin:F3} to {free.ShareMax:F3} (due {8.0 / 9:F3}); "
            + $"longest waits {bound.LongestGapNs / 1e6:F1} and {free.LongestGapNs / 1e6:F1} ms");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(bound.ShareSum, Is.InRange(0.95 * 8 / 9, 1.12 * 8 / 9), "CPUs of the bound hog");
            Assert.That(free.ShareMin, Is.GreaterThanOrEqualTo(0.8), "CPUs of the free hog that got least");
            Assert.That(bound.LongestGapNs, Is.LessThanOrEqualTo(GapLimitNs), "longest wait of the bound hog, ns");
            Assert.That(free.LongestGapNs, Is.LessThanOrEqualTo(GapLimitNs), "longest wait of a free hog, ns");
        }
    }

    /// <summary>
    /// Without a balancer 4 hogs at home in one domain and 8 in the other get the same: tasks are pulled when they are due earlier, and
    /// no more often than each CPU may.
    /// </summary>
    [Test, Property("Check", "A-39"), Category(RunLength.OneKernel)]
    public async Task Tasks_are_kept_before_others_are_pulled()
    {
        const double Fair = 8.0 / 12, PullsPerSecond = 500;
        var scheduler = await SharedSchedulerAsync("");
        await scheduler.TuneAsync("load-balance", false);
        var before = await scheduler.TotalsAsync();
        var started = await UptimeAsync();
        HogsReport own;
        try
        {
            own = await LoadAsync<HogsReport>(FormattableString.Invariant(
                $"hogs --groups 4:start=0-3,8:start=4-7 --warmup {Settling} --seconds {RunLength.Of(Seconds, FullSeconds)}"));
        }
        finally
        {
            // Others share this run.
            await scheduler.TuneAsync("load-balance", true);
        }
        var took = await UptimeAsync() - started;
        var after = await scheduler.TotalsAsync();
        var pulls = Pulls(after) - Pulls(before);
        var domains = before.Domains.Zip(after.Domains, (old, now) => (In: now.PulledIn - old.PulledIn, Out: now.PulledOut - old.PulledOut)).ToArray();
        Note($"4 and 8 hogs: {own.Groups[0].ShareMin:F3} to {own.Groups[0].ShareMax:F3} and {own.Groups[1].ShareMin:F3} to "
            + $"{own.Groups[1].ShareMax:F3} CPUs each (due {Fair:F3}); {pulls:F0} pulls in {took:F1} s, in and out of domains {string.Join(" ", domains)}");
        using (Assert.EnterMultipleScope())
        {
            foreach (var group in own.Groups)
            {
                Assert.That(group.ShareMin, Is.EqualTo(Fair).Within(5).Percent, "CPUs of the hog that got least");
                Assert.That(group.ShareMax, Is.EqualTo(Fair).Within(5).Percent, "CPUs of the hog that got most");
            }

            Assert.That(after.NrMigrations, Is.EqualTo(before.NrMigrations), "migrations while the balancer is off");
            Assert.That(pulls, Is.Positive.And.LessThanOrEqualTo(8 * PullsPerSecond * took), "pulls: one per CPU in 2 ms");
            // A domain that looked into its own queue would count there as the other one. Counters are read one after the other.
            Assert.That(domains[0].In, Is.EqualTo(domains[1].Out).Within(2), "tasks that domain 0 has pulled, all of them out of domain 1");
            Assert.That(domains[1].In, Is.EqualTo(domains[0].Out).Within(2), "tasks that domain 1 has pulled, all of them out of domain 0");
        }
    }

    private static double Pulls(ClusterStats totals) => totals.Total * totals.GreedyLocal / 100;

    /// <summary>Seconds since the guest's boot.</summary>
    private async Task<double> UptimeAsync() =>
        double.Parse((await ReadWordAsync("/proc/uptime")).Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
}
