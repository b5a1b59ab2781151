// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime;
using Wd40.Schedulers;
using Wd40.Vm;
using Wd40.VmTests.Harness;
using Wd40.VmTests.Reports;

namespace Wd40.VmTests;

/// <summary>
/// Checks of rustland's function: whatever its process does or suffers, the machine goes on. 4 CPUs, emulated in parallel, so that the two halves
/// really run at the same time. One boot per kernel; tests that leave the scheduler as it was share one.
/// </summary>
[TestFixture("6.18")]
[TestFixture(KernelCatalog.Newest)]
internal sealed partial class RustlandTests(string kernel)
    : GuestFixture(kernel, new VmTopology(1, 1, Cpus), ClockMode.Parallel, RustlandScheduler.Name)
{
    private const int Cpus = 4;

    /// <summary>Some 90 tasks are there on an idle machine; garbage is the denser and a storm needs to be the smaller the fewer slots there are.</summary>
    private const int Slots = 128;
    private const int SigKill = 9, SigUsr1 = 10, SigCont = 18, SigStop = 19;

    /// <summary>The kernel's watchdog, short, so that three times its time is short, too.</summary>
    private const double WatchdogSeconds = 3;

    /// <summary>
    /// No task may wait for longer, whatever the process does. Far above --takeover-ms, since each hog has its turn with others then, and an emulated
    /// CPU shares the host's; far below the watchdog's time.
    /// </summary>
    private const double LongestGapSeconds = 1.5;

    /// <summary>Statistics of scx_rustland that other programs know.</summary>
    private static readonly string[] _specified =
    [
        "nr_cpus", "nr_running", "nr_queued", "nr_scheduled", "nr_page_faults", "nr_user_dispatches", "nr_kernel_dispatches", "nr_cancel_dispatches",
        "nr_bounce_dispatches", "nr_failed_dispatches", "nr_sched_congested",
    ];

    private static readonly string _watchdog = FormattableString.Invariant($"SCX_TIMEOUT_MS={WatchdogSeconds * 1000}");

    /// <summary>All names of the specification are there, once, and the figures of an idle machine are sound.</summary>
    [Test, Order(0), Property("Check", "rustland-statistics"), Category(RunLength.OneKernel)]
    public async Task Statistics_have_the_established_names()
    {
        var stats = await (await SharedAsync()).UntilDecidingAsync();
        TestContext.Out.WriteLine(string.Join(' ', stats.Names.Select(name => $"{name}={stats[name]}")));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(stats.Names.Take(_specified.Length), Is.EqualTo(_specified));
            Assert.That(stats["nr_cpus"], Is.EqualTo(Cpus));
            Assert.That(stats["nr_running"], Is.LessThanOrEqualTo(Cpus));
            Assert.That(stats["nr_turns"], Is.Positive);
            Assert.That(stats["taken_over"], Is.Zero);
        }
    }

    /// <summary>
    /// Stopped for three times the watchdog's time under hogs: the scheduler stays attached, the kernel half serves everybody meanwhile and gives
    /// back when the process goes on.
    /// </summary>
    [Test, Order(1), Property("Check", "U-2"), Category(RunLength.OneKernel)]
    public async Task A_process_that_is_stopped_is_stood_in_for()
    {
        const double Settle = 1.5, After = 1;
        var stop = RunLength.Of(3 * WatchdogSeconds, 15);
        var scheduler = await SharedAsync();
        var before = await scheduler.UntilDecidingAsync();
        // Until they are told: commands take a busy guest their time, and the process is to come back beside them.
        var load = await StartHogsAsync("8,4:nice=5", 600, " --end-on-signal");
        await SleepAsync(Settle);
        await scheduler.Job.KillAsync(SigStop);
        await SleepAsync(stop);
        var meanwhile = await StateAsync();
        await scheduler.Job.KillAsync(SigCont);
        var back = await scheduler.UntilDecidingAsync();
        await SleepAsync(After);
        var after = await scheduler.PolicyTotalsAsync();
        await load.KillAsync(SigUsr1);
        var hogs = (await load.EndAsync()).ReadJson<HogsReport>();
        TestContext.Out.WriteLine(FormattableString.Invariant($"stopped for {stop} s: {Describe(hogs)}; {Describe(before, after)}"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(meanwhile, Is.EqualTo("enabled"), "state while the process was stopped");
            Assert.That(after["nr_takeovers"] - before["nr_takeovers"], Is.Positive, "takeovers");
            Assert.That(after["nr_taken_over"] - before["nr_taken_over"], Is.Positive, "tasks that the kernel half served meanwhile");
            Assert.That(after["taken_over"], Is.Zero, "1 while the kernel half serves all tasks");
            Assert.That(after["nr_user_dispatches"], Is.GreaterThan(back["nr_user_dispatches"]), "decisions since the process is back");
        }
        await RequireServedAsync(scheduler, hogs);
    }

    /// <summary>
    /// Short pauses, as those of a debugger or of a collection of garbage are: each is a takeover, and no task waits for long.
    /// </summary>
    [Test, Order(1), Property("Check", "rustland-pause"), Category(RunLength.OneKernel)]
    public async Task Short_pauses_are_stood_in_for()
    {
        const double Pause = 0.3, Between = 0.7;
        var times = RunLength.Of(4, 30);
        var scheduler = await SharedAsync();
        var before = await scheduler.UntilDecidingAsync();
        var pid = (await Guest.CallAsync("pidof wd40")).EnsureSuccess().Output.Trim();
        // For longer than the pauses, which come late on a busy CPU: without hogs nobody would wait, and nothing be taken over.
        var load = await StartHogsAsync("8", 1 + (1.5 * times * (Pause + Between)));
        await SleepAsync(0.5);
        (await Guest.CallAsync($"for i in $(seq {times}); do kill -STOP {pid}; sleep {Pause}; kill -CONT {pid}; sleep {Between}; done")).EnsureSuccess();
        var hogs = (await load.EndAsync()).ReadJson<HogsReport>();
        var after = await scheduler.PolicyTotalsAsync();
        TestContext.Out.WriteLine(FormattableString.Invariant($"{times} pauses of {Pause} s: {Describe(hogs)}; {Describe(before, after)}"));
        using (Assert.EnterMultipleScope())
        {
            // Not one each: a takeover needs leases that have run out and a task that has waited since, which a busy host may not give a pause time for.
            Assert.That(after["nr_takeovers"] - before["nr_takeovers"], Is.GreaterThanOrEqualTo(times / 2), "takeovers");
            Assert.That(after["taken_over"], Is.Zero, "1 while the kernel half serves all tasks");
        }
        await RequireServedAsync(scheduler, hogs);
    }

    /// <summary>Tasks that change their affinity all the time run where they may, none is left behind, and every one handed over comes back.</summary>
    [Test, Order(2), Property("Check", "U-7"), Category(RunLength.OneKernel)]
    public async Task Affinity_that_changes_all_the_time_stalls_nothing()
    {
        var scheduler = await SharedAsync();
        var before = await scheduler.UntilDecidingAsync();
        var roamers = await LoadAsync<AffinityReport>($"affinity --tasks 20 --rate 50 --hogs-per-cpu 1 --seconds {RunLength.Of(WatchdogSeconds + 1, 120)}");
        var after = await scheduler.PolicyTotalsAsync();
        TestContext.Out.WriteLine($"{roamers.Changes} changes, {roamers.Looks} looks, idle share {roamers.IdleShare:F3}; {Describe(before, after)}");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(roamers.Changes, Is.GreaterThan(RunLength.Of(200, 10_000)), "changes");
            Assert.That(roamers.Forbidden, Is.Zero, "looks that found a forbidden CPU");
            Assert.That(after["nr_cancelled"] - before["nr_cancelled"], Is.Positive, "queued anew before a decision came");
            Assert.That(scheduler.Job.HasEnded, Is.False, "the scheduler ended");
            Assert.That(await StateAsync(), Is.EqualTo("enabled"));
        }
    }

    /// <summary>
    /// All that the two halves share is filled with garbage for longer than the watchdog's time, beside hogs and bound tasks: the scheduler is never
    /// ejected, nobody is left behind, and when it is over the policy decides again.
    /// </summary>
    [Test, Order(3), Property("Check", "U-5"), Category(RunLength.OneKernel)]
    public async Task Garbage_in_the_arena_ejects_nothing()
    {
        var seconds = RunLength.Of(10, 120);
        var scheduler = await SharedAsync();
        var load = await StartHogsAsync("8:nice=0,2:cpus=1", seconds);
        var seed = TestContext.CurrentContext.Random.NextUInt();
        var scribbled = (await Guest.CallAsync($"{GuestPrograms.Scribble} {seconds} {seed} {string.Join(' ', SharedParts())}")).EnsureSuccess();
        var hogs = (await load.EndAsync()).ReadJson<HogsReport>();
        var before = await scheduler.UntilDecidingAsync();
        var calm = await LoadAsync<HogsReport>("hogs --groups 8 --warmup 0.5 --seconds 1.5");
        var after = await scheduler.PolicyTotalsAsync();
        TestContext.Out.WriteLine($"seed {seed}: {scribbled.Output.Trim()}; {Describe(hogs)}; afterwards {Describe(calm)}; {Describe(before, after)}");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(hogs.IdleShare, Is.LessThan(0.2), "idle share meanwhile");
            Assert.That(after["nr_user_dispatches"] - before["nr_user_dispatches"], Is.GreaterThan(100), "decisions when it is over");
        }
        await RequireServedAsync(scheduler, hogs, WatchdogSeconds);
    }

    /// <summary>More tasks than slots: those without one are served by the kernel half, and no fork fails.</summary>
    [Test, Order(2), Property("Check", "U-6"), Category(RunLength.OneKernel)]
    public async Task More_tasks_than_slots_are_served()
    {
        var scheduler = await SharedAsync();
        var before = await scheduler.UntilDecidingAsync();
        var load = await StartHogsAsync("4", WatchdogSeconds + 1);
        var forks = await LoadAsync<ForkReport>($"forkstorm --count {RunLength.Of(300, 20_000)} --parallel {Slots} --work-us 1000");
        var hogs = (await load.EndAsync()).ReadJson<HogsReport>();
        var after = await scheduler.PolicyTotalsAsync();
        TestContext.Out.WriteLine($"{forks.Forked} processes, {after["nr_untracked"] - before["nr_untracked"]} of them without a slot; {Describe(hogs)}");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(forks.Failures, Is.Zero, "forks that failed");
            Assert.That(forks.Forked, Is.EqualTo(forks.Asked));
            Assert.That(after["nr_untracked"] - before["nr_untracked"], Is.Positive, "tasks without a slot");
            Assert.That(after["nr_slots_used"], Is.LessThan(Slots), "slots in use");
        }
        await RequireServedAsync(scheduler, hogs);
    }

    /// <summary>Killed: the default scheduler is there at once, and every task goes on. The last that uses the shared scheduler.</summary>
    [Test, Order(4), Property("Check", "U-4"), Category(RunLength.OneKernel)]
    public async Task A_process_that_is_killed_leaves_nothing_behind()
    {
        const double Before = 1.5, After = 1.5;
        var scheduler = await SharedAsync();
        await scheduler.UntilDecidingAsync();
        var load = await StartHogsAsync("8", Before + After);
        await SleepAsync(Before);
        await scheduler.StopAsync(SigKill);
        var back = await Guest.CallAsync("i=0; until [ \"$(cat /sys/kernel/sched_ext/state)\" = disabled ]; do i=$((i + 1)); [ $i -lt 100 ] || exit 1; sleep 0.02; done");
        var hogs = (await load.EndAsync()).ReadJson<HogsReport>();
        TestContext.Out.WriteLine(Describe(hogs));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(back.ExitCode, Is.Zero, "the kernel is back on the default scheduler");
            Assert.That(hogs.Groups.Sum(group => group.Alive), Is.EqualTo(8));
            Assert.That(Gap(hogs), Is.LessThan(LongestGapSeconds), "longest time without progress of a hog, s");
        }
    }

    /// <summary>A CPU goes and comes under hogs: the scheduler starts again each time, by itself.</summary>
    [Test, Order(5), Property("Check", "U-8"), Category(RunLength.FullOnly)]
    public async Task A_cpu_that_goes_and_comes_is_followed()
    {
        const int Cpu = 2;
        await EndSharedSchedulerAsync();
        await using var scheduler = await OwnSchedulerAsync("");
        await scheduler.UntilDecidingAsync();
        var load = await Guest.StartAsync("for i in $(seq 6); do (while [ ! -e /tmp/stop ]; do :; done; echo end) & done; wait");
        try
        {
            foreach (var online in new[] { false, true })
            {
                var sequence = await ReadWordAsync("/sys/kernel/sched_ext/enable_seq");
                await SetOnlineAsync(Cpu, online);
                (await Guest.CallAsync($"""
                    i=0
                    while [ "$(cat /sys/kernel/sched_ext/enable_seq)" = {sequence} ] || [ "$(cat /sys/kernel/sched_ext/state)" != enabled ]; do
                        i=$((i + 1)); [ $i -lt 600 ] || exit 1; sleep 0.1
                    done
                    """)).EnsureSuccess();
            }
        }
        finally
        {
            await Guest.CallAsync("touch /tmp/stop");
            await SetOnlineAsync(Cpu, true);
        }
        var ends = (await load.EndAsync()).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        await Guest.CallAsync("rm /tmp/stop");
        var stats = await scheduler.UntilDecidingAsync();
        var ended = await scheduler.StopAsync();
        var restarts = (await scheduler.ReadReportAsync()).GetProperty("restarts").GetInt32();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(restarts, Is.EqualTo(2), "restarts");
            Assert.That(stats["nr_cpus"], Is.EqualTo(Cpus), "CPUs after both");
            Assert.That(ends, Has.Length.EqualTo(6), "tasks that were there all the time and ended");
            Assert.That(ended.ExitCode, Is.EqualTo((int)ExitCode.Clean), ended.Error);
        }
    }

    /// <summary>Parts of the arena that the two halves exchange, as FROM:BYTES: all that user-space scheduling adds.</summary>
    private static IEnumerable<string> SharedParts()
    {
        var layout = new ArenaLayout(Cpus, 1, 1, Slots, withRings: true);
        var rings = layout.Rings;
        ulong[] starts = [rings.Exchange, rings.UserStats, rings.QueuedRings, rings.DecisionRing, rings.Handovers];
        ulong[] ends = [.. starts[1..], rings.Handovers + (layout.MaxTasks * 256)];
        return starts.Zip(ends, (from, to) => $"{from}:{to - from}");
    }

    private static double Gap(HogsReport hogs) => hogs.Groups.Max(group => group.LongestGapNs) / 1e9;

    private static string Describe(HogsReport hogs) =>
        FormattableString.Invariant($"hogs used {hogs.CpusUsed:F2} CPUs, idle share {hogs.IdleShare:F3}, longest gap {Gap(hogs):F3} s");

    private static string Describe(PolicyStats before, PolicyStats after) => string.Join(", ", after.Names
        .Select(name => (Name: name, By: after[name] - before[name])).Where(pair => pair.By != 0).Select(pair => $"{pair.Name} +{pair.By}"));

    /// <summary>With diagnostics on, so that a debugger may come; without them is what <see cref="RustlandFigures"/> are about.</summary>
    private Task<RunningScheduler> SharedAsync() => SharedSchedulerAsync($"--max-tasks {Slots} --debuggable", _watchdog);

    private Task<GuestJob> StartHogsAsync(string groups, double seconds, string more = "") =>
        Guest.StartAsync(FormattableString.Invariant($"exec {GuestPrograms.Load} hogs --groups {groups} --warmup 0.5 --seconds {seconds}{more}"));

    private async Task SleepAsync(double seconds) => await Guest.CallAsync(FormattableString.Invariant($"sleep {seconds}"));

    private async Task RequireServedAsync(RunningScheduler scheduler, HogsReport hogs, double longestGap = LongestGapSeconds)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(scheduler.Job.HasEnded, Is.False, $"the scheduler ended: {scheduler.Job.ErrorSoFar}");
            Assert.That(await StateAsync(), Is.EqualTo("enabled"));
            Assert.That(Gap(hogs), Is.LessThan(longestGap), "longest time without progress of a hog, s");
            Assert.That(hogs.Groups.Min(group => group.ShareMin), Is.Positive, "CPUs that the least served hog used");
        }
    }
}
