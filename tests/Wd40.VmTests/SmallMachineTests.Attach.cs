// SPDX-License-Identifier: GPL-2.0-only
using Wd40.VmTests.Harness;
using Wd40.VmTests.Reports;

namespace Wd40.VmTests;

/// <summary>What tasks see that run while the scheduler attaches.</summary>
internal sealed partial class SmallMachineTests
{
    /// <summary>Hogs that run while the scheduler attaches go on, each of them: none waits for those that the kernel ran just then.</summary>
    /// <remarks>
    /// While it attaches the kernel runs tasks without asking it. Those stood 300 ms before all others, and of 8 hogs on 4 CPUs some waited 0.6 to
    /// 0.8 s.
    /// </remarks>
    [Test, Property("Check", "attach"), Category(RunLength.OneKernel)]
    public async Task Hogs_go_on_while_it_attaches()
    {
        const int GapLimitMs = 200;
        var gap = (await OrderRunAsync()).Attached.Groups[0].LongestGapNs / 1e6;
        await TestContext.Out.WriteLineAsync(FormattableString.Invariant($"8 hogs on 4 CPUs, before, while and after wd40 attaches: longest gap {gap:F0} ms"));
        Assert.That(gap, Is.LessThan(GapLimitMs), "longest time in which a hog made no progress, ms");
    }

    /// <summary>Starts wd40 so that it attaches beside 8 hogs. Only that matters here, so it is halted shortly before while they come: all of its start beside them takes a minute.</summary>
    /// <returns>The scheduler, and what the hogs saw until 2 s after it was enabled.</returns>
    private async Task<(RunningScheduler Scheduler, HogsReport Hogs)> AttachBesideHogsAsync()
    {
        const string Log = "/tmp/attach.log";
        (await Guest.CallAsync($"rm -f {Log}")).EnsureSuccess();
        var hogs = await Guest.StartAsync($$"""
            until grep -q '^wd40: doctor: ' {{Log}} 2>/dev/null; do sleep 0.05; done
            for process in /proc/[0-9]*; do
                [ "$(cat $process/comm)" = wd40 ] && wd40=${process#/proc/}
            done
            until grep -q '^wd40: statistics: ' {{Log}}; do sleep 0.05; done
            kill -STOP $wd40 || exit 1
            {{GuestPrograms.Load}} hogs --groups 8 --warmup 1 --seconds 120 --end-on-signal & hogs=$!
            renice -n -20 -p $wd40 >/dev/null
            sleep 1
            state=$(cat /sys/kernel/sched_ext/state)
            kill -CONT $wd40
            {{GuestPrograms.Probe}} enabled 100000 >&2 || exit 1
            sleep 2
            kill -USR1 $hogs
            wait $hogs
            [ $state = disabled ] || { echo "it had attached before the hogs ran" >&2; exit 1; }
            """);
        var scheduler = await RunningScheduler.StartAsync(Guest, $"-v 2>{Log}");
        try
        {
            return (scheduler, (await hogs.EndAsync()).EnsureSuccess().ReadJson<HogsReport>());
        }
        catch
        {
            // Else it would run on beside the tests that follow.
            await scheduler.DisposeAsync();
            throw;
        }
    }
}
