// SPDX-License-Identifier: GPL-2.0-only
using System.Globalization;
using Wd40.VmTests.Harness;
using Wd40.VmTests.Reports;

namespace Wd40.VmTests;

/// <summary>Tasks that change their affinity, workers of the kernel, and tasks that end while a request is on its way to them.</summary>
internal sealed partial class FunctionTests
{
    /// <summary>Only the balancer moves tasks between domains, often, and it logs each move.</summary>
    private const string BalancerOften = "-g 0 -D 0 -K 0 -i 0.5 -v";
    private const int SigTerm = 15;

    /// <summary>No task runs where it may not, however often that changes.</summary>
    [Test, Property("Check", "A-16"), Category(RunLength.OneKernel)]
    public async Task Affinity_that_changes_all_the_time_is_kept()
    {
        var scheduler = await SharedSchedulerAsync("");
        var roamers = await LoadAsync<AffinityReport>($"affinity --tasks 20 --rate 50 --hogs-per-cpu 1 --seconds {RunLength.Of(5, 120)}");
        var after = await scheduler.TotalsAsync();
        TestContext.Out.WriteLine($"{roamers.Changes} changes, {roamers.Looks} looks, idle share {roamers.IdleShare:F3}");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(roamers.Forbidden, Is.Zero, "looks that found a forbidden CPU");
            Assert.That(roamers.Changes, Is.GreaterThan(RunLength.Of(200, 12_000)), "changes");
            Assert.That(scheduler.Job.HasEnded, Is.False, "the scheduler ended");
            Assert.That(await StateAsync(), Is.EqualTo("enabled"));
            Assert.That(after.NrSlotErrors, Is.Zero, "slot errors");
        }
    }

    /// <summary>With -b the balancer leaves workers of workqueues where they are. Without it, it moves some in most runs, not in all.</summary>
    [Test, Property("Check", "A-25"), Category(RunLength.OneKernel)]
    public async Task Workers_of_workqueues_are_spared()
    {
        var scheduler = await SharedSchedulerAsync($"{BalancerOften} -b");
        // The free hogs, which all begin in one domain, give the balancer something to move in any case.
        var load = await Guest.StartAsync($"exec {GuestPrograms.Load} kworkers --terminals 8 --hogs-per-cpu 1 --hogs-on 0-3 --seconds {RunLength.Of(9, 70)}");
        var seen = await Guest.StartAsync("while :; do grep -l '^kworker' /proc/[0-9]*/comm 2>/dev/null; sleep 0.3; done");
        await LoadAsync<HogsReport>($"hogs --groups 12:start=0-3 --widen-after 0.5 --warmup 1 --seconds {RunLength.Of(6, 59)}");
        var report = (await load.EndAsync()).ReadJson<KworkersReport>();
        await seen.KillAsync(SigTerm);
        var workers = (await seen.EndAsync()).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(path => int.Parse(path.Split('/')[2], CultureInfo.InvariantCulture)).ToHashSet();
        await EndSharedSchedulerAsync();
        var moves = LoggedMove.Parse((await scheduler.WaitAsync()).Error);
        var ofWorkers = moves.Count(move => workers.Contains(move.Pid));
        TestContext.Out.WriteLine($"{report.Bytes >> 10} KiB carried, {workers.Count} workers, "
            + $"{ofWorkers} of {moves.Count} moves were theirs");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(report.Bytes, Is.Positive, "carried by workers");
            Assert.That(moves, Is.Not.Empty, "moves by the balancer");
            Assert.That(ofWorkers, Is.Zero, "moves of workers");
        }
    }
}
