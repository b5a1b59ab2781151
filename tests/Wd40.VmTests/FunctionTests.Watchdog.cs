// SPDX-License-Identifier: GPL-2.0-only
using System.Text.RegularExpressions;
using Wd40.ArenaRuntime;
using Wd40.VmTests.Harness;
using Wd40.VmTests.Reports;

namespace Wd40.VmTests;

/// <summary>The kernel's watchdog.</summary>
internal sealed partial class FunctionTests
{
    /// <summary>The kernel's exit kind for a task that waited too long.</summary>
    private const int ExitStall = 1026;

    /// <summary>A task that waits for longer than the watchdog allows: the kernel ejects the scheduler, which says why and whom.</summary>
    /// <remarks>
    /// No task need be dropped for that, which the core cannot do: with slices of a minute a CPU goes to another task only when a kernel
    /// thread cuts in, and 120 hogs of one CPU wait for longer than the 3 s that the watchdog is set to unless that happens 40 times a second.
    /// </remarks>
    [Test, Order(1), Property("Check", "A-37"), Category(RunLength.OneKernel)]
    public async Task A_stalled_task_ends_the_scheduler_with_a_reason()
    {
        const int Hogs = 120, WatchdogMs = 3000;
        await EndSharedSchedulerAsync();
        await using var scheduler = await OwnSchedulerAsync("-u 60000000 -o 60000000", $"SCX_TIMEOUT_MS={WatchdogMs}");
        var load = await Guest.StartAsync($"exec {GuestPrograms.Load} hogs --groups {Hogs}:cpus=2 --warmup 0 --seconds 12");
        var result = await scheduler.WaitAsync();
        var state = await StateAsync();
        var report = await scheduler.ReadReportAsync();
        var hogs = (await load.EndAsync()).ReadJson<HogsReport>();
        var message = report.GetProperty("message").GetString()!;
        var log = string.Join('\n', (await Guest.ReadKernelLogAsync()).Select(record => record.Text));
        TestContext.Out.WriteLine($"{report.GetProperty("reason")} ({message}); dump of {report.GetProperty("dump").GetString()!.Length} characters");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(result.ExitCode, Is.EqualTo((int)ExitCode.EjectedByWatchdog), result.Error);
            Assert.That(report.GetProperty("kind").GetInt32(), Is.EqualTo(ExitStall));
            Assert.That(report.GetProperty("reason").GetString(), Is.EqualTo("runnable task stall"));
            Assert.That(message, Does.Match(StalledTask()), "names the task and its wait");
            Assert.That(report.GetProperty("dump").GetString(), Is.Not.Empty, "the kernel's debug dump");
            Assert.That(result.Error, Does.Contain($"EXIT: runnable task stall ({message})"));
            Assert.That(state, Is.EqualTo("disabled"), "after the process has ended");
            Assert.That(log, Does.Contain("disabled (runnable task stall)"), "kernel log");
            Assert.That(hogs.Groups[0].ShareMin, Is.Positive, "least served hog: under the default scheduler all go on");
        }
    }

    [GeneratedRegex(@"^.+\[\d+\] failed to run for \d+\.\d+s$")]
    private static partial Regex StalledTask();
}
