// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.VmTests;

/// <summary>Order alone bounds no wait.</summary>
internal sealed partial class FigureTests
{
    /// <summary>
    /// Light tasks among a crowd of heavy ones get their turn before the kernel's watchdog ends the scheduler (10 s): by weights alone each
    /// light one would wait for minutes.
    /// </summary>
    [Test, Property("Check", "waits")]
    public async Task Light_tasks_do_not_starve_in_a_crowd_of_heavy_ones()
    {
        const double LongerThanTheWatchdog = 11;
        const double Window = 2;
        var scheduler = await SharedSchedulerAsync("");
        var run = await HogsOfAsync($"60:nice=-15,4:nice=19 --warmup {LongerThanTheWatchdog} --seconds {Window}");
        Note($"60 hogs of nice -15 and 4 of nice 19 on 8 CPUs: the light ones got {run.Groups[1].ShareMin:F4} to {run.Groups[1].ShareMax:F4} CPUs each "
            + $"in {Window} s");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(scheduler.Job.HasEnded, Is.False, "the scheduler still runs");
            Assert.That(run.Groups[1].ShareMin, Is.Positive, $"CPU time in {Window} s of the light hog that got least");
            Assert.That(run.Groups[1].ShareSum, Is.LessThan(0.4), "CPUs that all light hogs together got");
        }
    }
}
