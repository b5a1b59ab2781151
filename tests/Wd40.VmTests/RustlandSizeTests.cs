// SPDX-License-Identifier: GPL-2.0-only
using Wd40.Schedulers;
using Wd40.Vm;
using Wd40.VmTests.Harness;
using Wd40.VmTests.Reports;

namespace Wd40.VmTests;

/// <summary>
/// rustland on a machine of one CPU, where the thread that decides has no other than that of the tasks, and on one of more CPUs than a word has
/// bits. At full length only.
/// </summary>
[TestFixture("6.18", 1, Category = RunLength.FullOnly)]
[TestFixture(KernelCatalog.Newest, 1, Category = RunLength.FullOnly)]
[TestFixture(KernelCatalog.Newest, 72, Category = RunLength.FullOnly)]
internal sealed class RustlandSizeTests(string kernel, int cpus)
    : GuestFixture(kernel, new VmTopology(1, 1, cpus), cpus == 1 ? ClockMode.InstructionCount : ClockMode.Parallel, RustlandScheduler.Name)
{
    private const int SigCont = 18, SigStop = 19;

    /// <summary>Hogs of all CPUs and one more are served, while the policy decides and while it is stopped, and none is left behind.</summary>
    [Test, Property("Check", "U-10")]
    public async Task All_tasks_are_served_whatever_the_size()
    {
        const double Settle = 1, Stop = 3, LongestGapSeconds = 2;
        await using var scheduler = await OwnSchedulerAsync("");
        var before = await scheduler.UntilDecidingAsync();
        var busy = await LoadAsync<HogsReport>($"hogs --groups {cpus + 2} --warmup 1 --seconds 3");
        var between = await scheduler.PolicyTotalsAsync();
        var load = await Guest.StartAsync(FormattableString.Invariant($"exec {GuestPrograms.Load} hogs --groups {cpus + 2} --warmup 1 --seconds {Settle + Stop + 1}"));
        await Guest.CallAsync($"sleep {Settle + 1}");
        await scheduler.Job.KillAsync(SigStop);
        await Guest.CallAsync($"sleep {Stop}");
        var state = await StateAsync();
        await scheduler.Job.KillAsync(SigCont);
        var stopped = (await load.EndAsync()).ReadJson<HogsReport>();
        var after = await scheduler.UntilDecidingAsync();
        TestContext.Out.WriteLine(FormattableString.Invariant($"{cpus} CPUs: {busy.CpusUsed:F2} used by {cpus + 2} hogs, each {busy.Groups[0].ShareMin:F3} to {busy.Groups[0].ShareMax:F3}, ")
            + FormattableString.Invariant($"longest gap {busy.Groups[0].LongestGapNs / 1e6:F0} ms; stopped for {Stop} s: longest gap {stopped.Groups[0].LongestGapNs / 1e6:F0} ms; ")
            + $"{between["nr_user_dispatches"] - before["nr_user_dispatches"]} decisions, {after["nr_takeovers"] - before["nr_takeovers"]} takeovers");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(between["nr_cpus"], Is.EqualTo(cpus));
            Assert.That(between["nr_user_dispatches"] - before["nr_user_dispatches"], Is.Positive, "decisions");
            Assert.That(busy.Groups[0].ShareMin, Is.Positive, "CPUs that the least served hog used");
            Assert.That(busy.Groups[0].LongestGapNs / 1e9, Is.LessThan(LongestGapSeconds), "longest time without progress, s");
            Assert.That(state, Is.EqualTo("enabled"), "state while the process was stopped");
            Assert.That(after["nr_takeovers"] - between["nr_takeovers"], Is.Positive, "takeovers");
            Assert.That(stopped.Groups[0].LongestGapNs / 1e9, Is.LessThan(LongestGapSeconds), "the same with a stop, s");
            Assert.That(scheduler.Job.HasEnded, Is.False, $"the scheduler ended: {scheduler.Job.ErrorSoFar}");
        }
    }
}
