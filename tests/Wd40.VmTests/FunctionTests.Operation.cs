// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime;
using Wd40.VmTests.Harness;
using Wd40.VmTests.Reports;

namespace Wd40.VmTests;

/// <summary>How it is run: for some tasks only, and with a process that does not run itself.</summary>
internal sealed partial class FunctionTests
{
    /// <summary>With --partial only tasks of policy SCHED_EXT are scheduled and counted.</summary>
    [Test, Order(1), Property("Check", "A-32"), Category(RunLength.OneKernel)]
    public async Task Partial_mode_sees_only_tasks_of_its_policy()
    {
        var scheduler = await SharedSchedulerAsync("--partial -i 0.5");
        var switched = await ReadWordAsync("/sys/kernel/sched_ext/switch_all");
        await LoadAsync<HogsReport>("hogs --groups 4 --warmup 0.5 --seconds 1");
        var others = await scheduler.TotalsAsync();
        var hog = await Guest.StartAsync($"exec {GuestPrograms.Probe} ext {GuestPrograms.Load} hogs --groups 1 --warmup 0 --seconds 6");
        var normal = await Guest.StartAsync($"exec {GuestPrograms.Load} hogs --groups 4 --warmup 0 --seconds 6");
        await Guest.CallAsync("sleep 5");
        var both = await scheduler.TotalsAsync();
        (await hog.EndAsync()).EnsureSuccess();
        (await normal.EndAsync()).EnsureSuccess();
        TestContext.Out.WriteLine($"dispatches {others.Total} -> {both.Total}, load {others.Load:F2} -> {both.Load:F2}");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(switched, Is.EqualTo("0"), "switch_all");
            Assert.That(others.Total, Is.Zero, "dispatches without a task of its policy");
            Assert.That(others.Load, Is.Zero, "load without a task of its policy");
            Assert.That(both.Total, Is.Positive, "dispatches with one");
            Assert.That(both.Load, Is.EqualTo(1).Within(10).Percent, "load with one hog of its policy and four others");
            Assert.That(scheduler.Job.HasEnded, Is.False, "the scheduler ended");
        }
    }

    /// <summary>A process that is stopped for longer than the watchdog's time changes nothing; when it goes on it does one step, not all.</summary>
    [Test, Order(1), Property("Check", "A-35"), Category(RunLength.OneKernel)]
    public async Task A_stopped_process_stops_no_scheduling()
    {
        const int SigStop = 19, SigCont = 18;
        // Longer than the 10 s after which the watchdog ends a scheduler that leaves a task waiting.
        var stopped = RunLength.Of(11, 60);
        const double Tune = 0.1, Balance = 0.5;
        await EndSharedSchedulerAsync();
        await using var scheduler = await OwnSchedulerAsync("-i 0.5");
        await scheduler.Job.KillAsync(SigStop);
        var hogs = await LoadAsync<HogsReport>($"hogs --groups 12 --warmup 0.5 --seconds {stopped}");
        var state = await StateAsync();
        await scheduler.Job.KillAsync(SigCont);
        await Guest.CallAsync("sleep 0.7");
        var result = await scheduler.StopAsync();
        var report = await scheduler.ReadReportAsync();
        var seconds = report.GetProperty("seconds").GetDouble();
        var steps = report.GetProperty("steps").EnumerateArray()
            .ToDictionary(step => step.GetProperty("name").GetString()!, step => step.GetProperty("count").GetInt64());
        TestContext.Out.WriteLine($"{seconds:F1} s, of which {stopped} stopped: {string.Join(", ", steps)}; "
            + $"hogs used {hogs.CpusUsed:F2} CPUs, least {hogs.Groups[0].ShareMin:F2}, mean {hogs.Groups[0].ShareMean:F2}");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(state, Is.EqualTo("enabled"), "at the end of the stop");
            Assert.That(result.ExitCode, Is.EqualTo((int)ExitCode.Clean), result.Error);
            Assert.That(hogs.IdleShare, Is.LessThan(0.05), "idle share under 12 hogs");
            Assert.That(hogs.Groups[0].ShareMin, Is.GreaterThan(hogs.Groups[0].ShareMean / 2), "least served hog, CPUs");
            Assert.That(steps["tuner"], Is.Positive.And.LessThanOrEqualTo((seconds - stopped) / Tune + 1), "steps of the tuner");
            Assert.That(steps["balancer"], Is.LessThanOrEqualTo((seconds - stopped) / Balance + 1), "steps of the balancer");
        }
    }
}
