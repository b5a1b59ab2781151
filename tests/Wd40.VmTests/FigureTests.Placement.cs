// SPDX-License-Identifier: GPL-2.0-only
using Wd40.VmTests.Harness;
using Wd40.VmTests.Reports;

namespace Wd40.VmTests;

/// <summary>Where tasks run that wake up on a machine that is nearly idle.</summary>
internal sealed partial class FigureTests
{
    private PingPongReport? _pairBefore;
    private WakeupsReport? _sleepersBefore;

    /// <summary>Two tasks that wake each other over pipes stay in one domain, by the ways that are there for synchronous wake-ups.</summary>
    [Test, Property("Check", "A-19"), Category(RunLength.OneKernel)]
    public async Task When_two_tasks_wake_each_other_they_share_a_domain()
    {
        await DefaultsAsync();
        var scheduler = await SharedSchedulerAsync("");
        var before = await scheduler.TotalsAsync();
        var own = await PairAsync();
        var after = await scheduler.TotalsAsync();
        var sync = (SyncPlacements(after) - SyncPlacements(before)) / (after.Total - before.Total);
        Note($"together in {own.SameDomainShare:P1} of {own.RoundTripsPerS:F0} round trips/s, wake_sync and sync_prev_idle {sync:P1} of "
            + $"{after.Total - before.Total} dispatches" + (_pairBefore is { } pair ? $"; default scheduler {pair.SameDomainShare:P1} of {pair.RoundTripsPerS:F0}" : ""));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(own.SameDomainShare, Is.GreaterThan(0.95), "round trips with both tasks in one domain");
            Assert.That(sync, Is.GreaterThan(0.5), "wake_sync and sync_prev_idle of all dispatches");
        }
    }

    /// <summary>Tasks that mostly sleep wake up in their own domain while it has idle CPUs, wherever they may run.</summary>
    [Test, Property("Check", "A-20"), Category(RunLength.OneKernel)]
    public async Task When_sleepers_wake_up_it_is_at_home()
    {
        await DefaultsAsync();
        await SharedSchedulerAsync("");
        var own = await SleepersAsync();
        long all = own.WakeupsPerDomain.Sum(), home = own.WakeupsPerDomain[0];
        Note($"{home} of {all} wake-ups at home"
            + (_sleepersBefore is { } before ? $"; default scheduler {before.WakeupsPerDomain[0]} of {before.WakeupsPerDomain.Sum()}" : ""));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(all, Is.GreaterThan(1000), "wake-ups");
            Assert.That((double)home / all, Is.GreaterThan(0.99), "wake-ups on CPUs of the home domain");
        }
    }

    private Task<PingPongReport> PairAsync() => LoadAsync<PingPongReport>($"pingpong --pairs 1 --domains 0-3,4-7 --seconds {RunLength.Of(2, 20)}");

    /// <summary>Three tasks that were born on domain 0 and may run anywhere, with 6 % of a CPU each.</summary>
    private Task<WakeupsReport> SleepersAsync() => LoadAsync<WakeupsReport>(
        $"timer --tasks 3 --start-on 0-3 --domains 0-3,4-7 --period-us 5000 --work-us 300 --hogs-per-cpu 0 --seconds {RunLength.Of(4, 30)}");

    private static double SyncPlacements(ClusterStats totals) => totals.Total * (totals.WakeSync + totals.SyncPrevIdle) / 100;
}
