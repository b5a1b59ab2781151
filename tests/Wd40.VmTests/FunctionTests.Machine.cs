// SPDX-License-Identifier: GPL-2.0-only
using System.Globalization;
using System.Text.RegularExpressions;
using Wd40.ArenaRuntime;
using Wd40.Schedulers;
using Wd40.VmTests.Harness;
using Wd40.VmTests.Reports;

namespace Wd40.VmTests;

/// <summary>CPUs that are missing, come and go.</summary>
internal sealed partial class FunctionTests
{
    /// <summary>A CPU that is offline at the start is in no mask; when it comes it is scheduled.</summary>
    [Test, Order(1), Property("Check", "A-4"), Category(RunLength.OneKernel)]
    public async Task Offline_cpu_is_in_no_mask()
    {
        const int Missing = 3;
        await EndSharedSchedulerAsync();
        await SetOnlineAsync(Missing, false);
        try
        {
            await using var scheduler = await OwnSchedulerAsync("-D 100 -K 100");
            var without = await scheduler.TotalsAsync();
            var hogs = await LoadAsync<HogsReport>("hogs --groups 14 --warmup 0.5 --seconds 1.5");
            var seconds = await HotplugAsync(Missing, true);
            var with = await scheduler.TotalsAsync();
            var ended = await scheduler.StopAsync();
            var domains = DomainLine().Matches(ended.Error).Select(line => line.Value).ToArray();
            TestContext.Out.WriteLine($"{string.Join("; ", domains)}; hogs used {hogs.CpusUsed:F2} CPUs; enabled {seconds:F2} s after the CPU came");
            using (Assert.EnterMultipleScope())
            {
                Assert.That(domains, Is.EqualTo(new[]
                {
                    "domain 0, node 0: CPUs 0-2", "domain 1, node 0: CPUs 4-7", "domain 0, node 0: CPUs 0-3", "domain 1, node 0: CPUs 4-7",
                }), "logged at the start and after the CPU came");
                Assert.That(without.DirectGreedyCpus, Is.EqualTo(new[] { 0xf7UL }), "CPUs that accept tasks");
                Assert.That(without.KickGreedyCpus, Is.EqualTo(new[] { 0xf7UL }), "CPUs that may be kicked");
                Assert.That(without.Domains.Select(domain => domain.NrCpus), Is.EqualTo(new[] { 3, 4 }));
                Assert.That(hogs.IdleShare, Is.LessThan(0.1), "idle share of the CPUs that are there");
                Assert.That(with.DirectGreedyCpus, Is.EqualTo(new[] { 0xffUL }), "CPUs that accept tasks, after it came");
                Assert.That(ended.ExitCode, Is.EqualTo((int)ExitCode.Clean), ended.Error);
            }
        }
        finally
        {
            await SetOnlineAsync(Missing, true);
        }
    }

    /// <summary>CPUs that go and come under load: each time the scheduler is back, with a bounded delay, and every task goes on.</summary>
    /// <remarks>
    /// The check's 2 s are those of a machine. An emulated one has no seconds of its own: the bound is, as for the first start, 5 times what a C
    /// loader of the same object needs to be enabled in the same boot under the same load; what wd40 waits before it starts again comes on top.
    /// </remarks>
    [Test, Order(1), Property("Check", "A-5"), Category(RunLength.OneKernel)]
    public async Task Hotplug_under_load_loses_nothing()
    {
        const int Cpu = 5, Spinners = 2, Sleepers = 3;
        var times = RunLength.Of(1, 10);
        await EndSharedSchedulerAsync();
        // Each says that it ends, which a task that nobody runs any more never does.
        var load = await Guest.StartAsync($"""
            rm -f {StopFile}
            for i in $(seq {Spinners}); do (while [ ! -e {StopFile} ]; do :; done; echo end) & done
            for i in $(seq {Sleepers}); do (while [ ! -e {StopFile} ]; do sleep 0.05; done; echo end) & done
            wait
            """);
        var c = await Lifetime.OfAsync(Guest, await Lifetime.PrepareCLoaderAsync(Guest));
        await using var scheduler = await OwnSchedulerAsync("");
        var seconds = new List<double>();
        try
        {
            for (var i = 0; i < 2 * times; i++)
                seconds.Add(await HotplugAsync(Cpu, i % 2 != 0));
        }
        finally
        {
            await Guest.CallAsync($"touch {StopFile}");
            await SetOnlineAsync(Cpu, true);
        }

        var ended = await load.EndAsync();
        var held = await SettledAsync(scheduler);
        var stopped = await scheduler.StopAsync();
        var report = await scheduler.ReadReportAsync();
        var delays = RestartLine().Matches(stopped.Error).Select(line => int.Parse(line.Groups[1].ValueSpan, CultureInfo.InvariantCulture)).ToArray();
        TestContext.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"enabled again after {string.Join(", ", seconds.Select(value => $"{value:F2}"))} s, C loader {c.EnabledNs / 1e9:F2} s; delays {string.Join(", ", delays)} ms"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(ended.Output.Split('\n').Count(line => line == "end"), Is.EqualTo(Spinners + Sleepers), "tasks that went on to their end");
            Assert.That(held.Unfreed, Is.EqualTo(held.Tasks).Within(TransientTasks), "one slot for each task");
            Assert.That(stopped.ExitCode, Is.EqualTo((int)ExitCode.Clean), stopped.Error);
            Assert.That(report.GetProperty("restarts").GetInt32(), Is.EqualTo(2 * times), "one restart for each event");
            Assert.That(seconds.Zip(delays, (took, delay) => took - (delay / 1e3)), Is.All.LessThanOrEqualTo(Lifetime.StartFactor * c.EnabledNs / 1e9),
                "seconds from the event until the scheduler was enabled again, without the delay");
            Assert.That(delays, Has.Length.EqualTo(2 * times).And.All.LessThanOrEqualTo((int)RestartBackoff.Longest.TotalMilliseconds));
        }
    }

    /// <summary>A CPU that goes just before the kernel detaches the scheduler leaves nothing behind that detaching waits for: arena-bpf/core/kick.h.</summary>
    /// <remarks>
    /// The kernel's thread that detaches is bound to a CPU, and a real-time task takes that CPU for some seconds. When the CPU that goes kicked
    /// another, each such run ended in "disabling"; without the real-time task it was one in some fifty. Only on 7.2 and newer: 7.0 does not wait.
    /// </remarks>
    [Test, Order(1), Property("Check", "A-5"), Category(RunLength.FullOnly)]
    public async Task A_cpu_that_goes_before_the_scheduler_leaves_no_kick_pending()
    {
        const int Cpu = 5, Busy = 2;
        await EndSharedSchedulerAsync();
        await using var scheduler = await OwnSchedulerAsync("");
        (await Guest.CallAsync($$"""
            for task in /proc/[0-9]*; do
                case "$(cat $task/comm 2> /dev/null)" in sched_ext_helpe*) taskset -p {{1 << Busy:x}} ${task#/proc/} && exit;; esac
            done
            exit 1
            """)).EnsureSuccess();
        var taker = await Guest.StartAsync($"exec chrt -f 50 {GuestPrograms.Load} hogs --groups 1:cpus={Busy} --warmup 0 --seconds 3");
        try
        {
            await Guest.CallAsync("sleep 0.5");
            var seconds = await HotplugAsync(Cpu, false);
            TestContext.Out.WriteLine($"enabled again after {seconds:F2} s");
        }
        finally
        {
            await SetOnlineAsync(Cpu, true);
        }

        (await taker.EndAsync()).EnsureSuccess();
        Assert.That((await scheduler.StopAsync()).ExitCode, Is.EqualTo((int)ExitCode.Clean));
    }

    /// <summary>While it exists, the load of <see cref="Hotplug_under_load_loses_nothing"/> ends.</summary>
    private const string StopFile = "/tmp/stop-load";

    /// <summary>Takes a CPU away or gives it back, and waits until the scheduler that this ends is enabled again, but not for ever.</summary>
    /// <returns>Seconds of guest time.</returns>
    private async Task<double> HotplugAsync(int cpu, bool online)
    {
        var result = await Guest.CallAsync($"""
            read before < {EnableSequence}; read begin idle < /proc/uptime; state=; sequence=$before; tries=0
            echo {(online ? 1 : 0)} > /sys/devices/system/cpu/cpu{cpu}/online || exit 1
            until [ $sequence -gt $before ] && [ $state = enabled ]; do
                sleep 0.1; read sequence < {EnableSequence}; read state < /sys/kernel/sched_ext/state; tries=$((tries + 1))
                if [ $tries -eq 2000 ]; then echo "still $state" >&2; exit 1; fi
            done
            read end idle < /proc/uptime; echo $begin $end
            """);
        var stamps = result.EnsureSuccess().Output.Split(' ').Select(word => double.Parse(word, CultureInfo.InvariantCulture)).ToArray();
        return stamps[1] - stamps[0];
    }

    [GeneratedRegex(@"the kernel asks for a restart: .*; starting again in (\d+) ms")]
    private static partial Regex RestartLine();
}
