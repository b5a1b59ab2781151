// SPDX-License-Identifier: GPL-2.0-only
using Wd40.Vm;
using Wd40.VmTests.Harness;
using Wd40.VmTests.Reports;

namespace Wd40.VmTests;

/// <summary>rusty beside hogs: who is pulled, loads, affinities, threads and kernel threads.</summary>
internal sealed partial class RustyTests
{
    private const string Unbalanced = $"{TwoDomains} --no-load-balance";

    /// <summary>Where CPU 0 is all that hogs of domain 0 may use of it, and nobody pulls or moves them.</summary>
    private const string AtHome = $"{TwoDomains} --no-load-balance {BalancerAlone}";

    /// <summary>
    /// Hogs that are left in one domain run on CPUs of the other one as well: those that were bound there at first, and those that never had an
    /// affinity of their own, the ones of the other domain having ended.
    /// </summary>
    [TestCase("--groups 6 --start-on 0-3 --widen-after 0.5"), TestCase("--groups 12 --kill-on 4-7 --kill-after 3")]
    [Order(3), Property("Check", "R-7"), Category(RunLength.FullOnly)]
    public async Task Hogs_of_a_crowded_domain_run_in_the_other_one(string groups)
    {
        var scheduler = await SharedSchedulerAsync(Unbalanced);
        var before = await scheduler.TotalsAsync();
        var own = await LoadAsync<HogsReport>($"hogs --domains 0-3,4-7 {groups} --warmup 4 --seconds {RunLength.Of(4, 20)} --sample-ms 500");
        var after = await scheduler.TotalsAsync();
        var greedy = Greedy(after) - Greedy(before);
        var alive = own.Groups[0].Alive;
        await TestContext.Out.WriteLineAsync(FormattableString.Invariant(
            $"{alive} hogs of {groups}: {own.CpusUsed:F2} CPUs used, {greedy:F0} greedy decisions; {string.Join(":", own.Samples![^1].HogsPerDomain)}"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(alive, Is.InRange(5, 8), "hogs left: more than the CPUs of a domain");
            Assert.That(own.CpusUsed, Is.EqualTo(alive).Within(3).Percent, "CPUs that the hogs used");
            Assert.That(greedy, Is.Positive, "greedy, greedy_far, kick_greedy");
        }
    }

    /// <summary>With 6 of 8 hogs at home in one domain no CPU of either is idle for long while a hog is queued.</summary>
    [Test, Order(3), Property("Check", "R-8"), Category(RunLength.FullOnly)]
    public async Task No_CPU_is_idle_while_the_other_domain_has_a_queue()
    {
        const double MostIdle = 0.002;
        var seconds = RunLength.Of(4, 30);
        var scheduler = await SharedSchedulerAsync(Unbalanced);
        var before = await scheduler.TotalsAsync();
        // Before, during and after the record, so that nobody in it is bound to one domain.
        var hogs = await Guest.StartAsync(
            $"exec {GuestPrograms.Load} hogs --groups 6:start=0-3,2:start=4-7 --widen-after 0.5 --warmup 0.5 --seconds {seconds + 8}");
        await Guest.CallAsync("sleep 1");
        var trace = await TraceRecording.OfWaitsAsync(Guest);
        await Guest.CallAsync($"sleep {seconds}");
        var own = await trace.StopAsync<WaitsReport>();
        (await hogs.EndAsync()).ReadJson<HogsReport>();
        var greedy = Greedy(await scheduler.TotalsAsync()) - Greedy(before);
        await TestContext.Out.WriteLineAsync(FormattableString.Invariant(
            $"a CPU idle with a hog queued for {own.IdleQueuedLongestNs / 1e6:F2} ms at most, {own.IdleQueuedNs / 1e6:F1} ms of all CPUs together, ")
            + FormattableString.Invariant($"in {own.Events} events; {greedy:F0} greedy decisions"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(own.Events, Is.GreaterThan(100), "events in the trace");
            Assert.That(own.IdleQueuedLongestNs, Is.LessThanOrEqualTo(FigureTests.IdleLimitNs), "longest time that a CPU was idle while a hog was queued, ns");
            Assert.That(own.IdleQueuedNs / (8e9 * seconds), Is.LessThanOrEqualTo(MostIdle), "share of the 8 CPUs that was idle while a hog was queued");
            Assert.That(greedy, Is.Positive, "greedy, greedy_far, kick_greedy");
        }
    }

    /// <summary>The load is the number of hogs whether the machine is full, where weights count, or not.</summary>
    [TestCase(7), TestCase(8), TestCase(9)]
    [Order(4), Property("Check", "R-11"), Category(RunLength.FullOnly)]
    public async Task So_many_hogs_are_so_much_load(int hogs)
    {
        const double Settle = 8;
        await SharedSchedulerAsync(TwoDomains);
        var run = await BalanceRun.RecordAsync(Guest, $"--groups {hogs}", Settle, Settle, RunLength.Of(8, 30), traced: false, readMs: 1000);
        var loads = run.Steps.Select(step => step.Load).ToArray();
        await TestContext.Out.WriteLineAsync(FormattableString.Invariant(
            $"{hogs} hogs: loads {string.Join(" ", loads.Select(Text))}, idle share {run.Hogs.IdleShare:F3}"));
        Assert.That(loads, Has.Length.GreaterThanOrEqualTo(3), "balance steps in the window");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(loads.Average(), Is.EqualTo(hogs).Within(3).Percent, "sum of loads");
            // A step also sees the load of what else wakes up in it.
            Assert.That(loads, Is.All.EqualTo(hogs).Within(6).Percent, "sum of loads in each step");
        }
    }

    /// <summary>A hog that sets its affinity all the time gains nothing by it, and stays in its domain.</summary>
    /// <remarks>Each change is a new turn to the kernel: 0.58 of the CPU were seen while both hogs stood at the same bound and slices decided.</remarks>
    /// <param name="churn">To the same CPUs each time, or in turn without one of another domain.</param>
    [TestCase("churn=100"), TestCase("churn=100:without=5")]
    [Order(6), Property("Check", "R-12"), Category(RunLength.FullOnly)]
    public async Task Setting_its_affinity_moves_no_hog(string churn)
    {
        await SharedSchedulerAsync(AtHome);
        var own = await LoadAsync<HogsReport>("hogs --domains 0-3,4-7 --widen-after 0.5 --warmup 1 --sample-ms 100 "
            + $"--groups 1:cpus=0+4-5:start=0:{churn},1:cpus=0+4-5:start=0 --seconds {RunLength.Of(6, 30)}");
        HogGroup churning = own.Groups[0], other = own.Groups[1];
        await TestContext.Out.WriteLineAsync(FormattableString.Invariant(
            $"{churn}: {churning.ShareSum:F3} CPUs after {churning.Changes} changes, the other hog {other.ShareSum:F3}; ")
            + $"{churning.Moves} and {other.Moves} moves");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(churning.Changes, Is.GreaterThan(RunLength.Of(100, 600)), "changes");
            Assert.That(churning.Moves + other.Moves, Is.Zero, "moves between domains");
            Assert.That(churning.ShareSum, Is.EqualTo(0.5).Within(5).Percent, "CPUs of the hog that sets its affinity");
        }
    }

    /// <summary>Threads that are created and joined leave nothing behind.</summary>
    [Test, Order(4), Property("Check", "R-13"), Category(RunLength.FullOnly)]
    public async Task Threads_that_come_and_go_leave_nothing_behind()
    {
        // Kernel threads come and go meanwhile, and the reading command is one task itself.
        const int Strays = 8;
        var threads = RunLength.Of(20_000, 100_000);
        var scheduler = await SharedSchedulerAsync(TwoDomains);
        // What the process and the kernel need for the first ones stays.
        await StormAsync(2000);
        var (before, memoryBefore) = await HeldAsync(scheduler);
        var storm = await StormAsync(threads);
        // A slot is given back when the kernel lets go of its task, some grace periods after its end.
        var kept = await KeptAsync(scheduler);
        for (var halfSeconds = 0; halfSeconds < 20 && kept > Strays; halfSeconds++)
        {
            await Guest.CallAsync("sleep 0.5");
            kept = await KeptAsync(scheduler);
        }

        var (after, memoryAfter) = await HeldAsync(scheduler);
        var handed = after.NrSlotsAllocated - before.NrSlotsAllocated;
        await TestContext.Out.WriteLineAsync(FormattableString.Invariant(
            $"{storm.Forked} threads, {storm.ForksPerS:F0}/s: {handed} slots handed out, {kept} kept; task_get_err {after.TaskGetErr}; ")
            + $"process {memoryBefore} -> {memoryAfter} KiB");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(storm.Failures, Is.Zero, "threads that could not be created or joined");
            Assert.That(handed, Is.GreaterThanOrEqualTo(storm.Forked), "slots handed out");
            Assert.That(kept, Is.Zero.Within(Strays), "slots beyond one for each task");
            Assert.That(after.TaskGetErr, Is.Zero, "task_get_err");
            Assert.That(after.NrSlotErrors, Is.Zero, "slot errors");
            Assert.That(memoryAfter, Is.EqualTo(memoryBefore).Within(1).Percent, "memory of the process, arena included, KiB");
        }
    }

    /// <summary>
    /// Kernel threads bound to a CPU do not wait for the hogs there, and -k changes nothing about it: they go to the CPU's own queue with and
    /// without it, which the statistics count.
    /// </summary>
    [Test, Order(5), Property("Check", "R-14"), Category(RunLength.FullOnly)]
    public async Task Kernel_threads_are_served_first_with_and_without_the_option()
    {
        // The option changes nothing, but 99th percentiles of two runs differ: 2 and 4 ms were seen, of either. Up to 5 ms all is well by A-17.
        const long LimitNs = 50_000_000, P99LimitNs = 5_000_000;
        await Guest.CallAsync("[ ! -e /sys/module/damon_stat ] || echo N > /sys/module/damon_stat/parameters/enabled");
        var (without, pinnedWithout) = await KthreadsAsync(TwoDomains);
        var (with, pinnedWith) = await KthreadsAsync($"{TwoDomains} -k");
        await TestContext.Out.WriteLineAsync(FormattableString.Invariant(
            $"waits of kernel threads without -k: p99 {without.KthreadWaitNs.P99 / 1e6:F3} ms, longest {without.KthreadWaitNs.Max / 1e6:F3} of ")
            + FormattableString.Invariant($"{without.KthreadWaitNs.Count}, {pinnedWithout:F0} to the CPU's own queue; with -k: p99 ")
            + FormattableString.Invariant($"{with.KthreadWaitNs.P99 / 1e6:F3} ms, longest {with.KthreadWaitNs.Max / 1e6:F3} of ")
            + FormattableString.Invariant($"{with.KthreadWaitNs.Count}, {pinnedWith:F0}"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(with.KthreadWaitNs.Count, Is.GreaterThan(100), "waits, so that the 99th percentile is not the longest one");
            Assert.That(with.KthreadWaitNs.P99, Is.LessThanOrEqualTo(Math.Max(without.KthreadWaitNs.P99, P99LimitNs)),
                "99th percentile of the waits with -k, ns");
            Assert.That(with.KthreadWaitNs.Max, Is.LessThan(LimitNs), "longest wait with -k, ns");
            Assert.That(without.KthreadWaitNs.Max, Is.LessThan(LimitNs), "longest wait without -k, ns");
            Assert.That(pinnedWith, Is.GreaterThanOrEqualTo(with.KthreadWaitNs.Count), "tasks that went to their CPU's own queue with -k");
            Assert.That(pinnedWithout, Is.GreaterThanOrEqualTo(without.KthreadWaitNs.Count), "and without it");
        }
    }

    private static double Greedy(ClusterStats totals) => totals.Total * (totals.Greedy + totals.GreedyFar + totals.KickGreedy) / 100;

    private async Task<ForkReport> StormAsync(int threads) =>
        await LoadAsync<ForkReport>($"forkstorm --threads --count {threads} --parallel 8");

    /// <summary>Slots that are held beyond one for each task there is.</summary>
    private async Task<long> KeptAsync(RunningScheduler scheduler)
    {
        var stats = await scheduler.TotalsAsync();
        var tasks = await Guest.CallAsync("ls -d /proc/[0-9]*/task/[0-9]* | wc -l");
        return stats.NrSlotsAllocated - stats.NrSlotsFreed - long.Parse(tasks.EnsureSuccess().Output, System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>Its counters, and what its process has in memory, the arena included.</summary>
    private async Task<(ClusterStats Stats, long KiB)> HeldAsync(RunningScheduler scheduler)
    {
        var stats = await scheduler.TotalsAsync();
        var rss = await Guest.CallAsync("awk '/^Rss:/ { print $2 }' /proc/$(pidof wd40)/smaps_rollup");
        return (stats, long.Parse(rss.EnsureSuccess().Output, System.Globalization.CultureInfo.InvariantCulture));
    }

    /// <summary>
    /// 32 hogs that may run anywhere: the waits of kernel threads bound to a CPU, and how many tasks went to their CPU's own queue, which are hardly
    /// any others.
    /// </summary>
    private async Task<(WaitsReport Waits, double Pinned)> KthreadsAsync(string options)
    {
        var scheduler = await SharedSchedulerAsync(options);
        // A first time without a trace: what the balancer does first with so many tasks takes it long, and it is a real-time task.
        await LoadAsync<HogsReport>("hogs --groups 32 --warmup 0 --seconds 4");
        var before = await scheduler.TotalsAsync();
        var trace = await TraceRecording.OfWaitsAsync(Guest);
        await LoadAsync<HogsReport>($"hogs --groups 32 --warmup 0 --seconds {RunLength.Of(30, 60)}");
        var waits = await trace.StopAsync<WaitsReport>();
        var after = await scheduler.TotalsAsync();
        return (waits, ((after.Total * after.Pinned) - (before.Total * before.Pinned)) / 100);
    }
}
