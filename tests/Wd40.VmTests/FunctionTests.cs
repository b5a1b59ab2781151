// SPDX-License-Identifier: GPL-2.0-only
using System.Globalization;
using System.Text.Json;
using Wd40.ArenaRuntime;
using Wd40.Schedulers;
using Wd40.Vm;
using Wd40.VmTests.Harness;
using Wd40.VmTests.Reports;

namespace Wd40.VmTests;

/// <summary>
/// Checks of function: 8 CPUs in 2 domains, emulated in parallel, so that callbacks really run at the same time. One boot per kernel. Tests with
/// options, or with a run of their own, come first; the last of these leaves a run that all others share.
/// </summary>
[TestFixture("6.18")]
[TestFixture(KernelCatalog.Newest)]
[TestFixture(KernelCatalog.Newest, RustyScheduler.Name, Category = RunLength.OfRusty)]
internal sealed partial class FunctionTests(string kernel, string scheduler = Wd40Scheduler.Name)
    : MachineTests(kernel, VmTopology.TwoLlcs, scheduler)
{
    private const int SigKill = 9;

    /// <summary>The kernel's exit kind for sysrq-S.</summary>
    private const int ExitSysrq = 67;

    /// <summary>--dry-run loads and verifies everything, says what it costs, and attaches nothing.</summary>
    [Test, Order(1), Property("Check", "dry-run")]
    public async Task Dry_run_prints_verified_instructions()
    {
        await EndSharedSchedulerAsync();
        var sequence = await ReadWordAsync(EnableSequence);
        var result = (await Guest.CallAsync($"{GuestPrograms.Wd40} run {Scheduler} --dry-run --json")).EnsureSuccess();
        using var report = JsonDocument.Parse(result.Output);
        var programs = report.RootElement.GetProperty("programs").EnumerateArray().ToArray();
        var callbacks = programs.Where(program => program.GetProperty("kind").GetString() == "callback").ToArray();
        var costs = programs.Select(program => $"{program.GetProperty("name")} {program.GetProperty("instructions")}");
        TestContext.Out.WriteLine(string.Join(", ", costs));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(callbacks.Select(program => program.GetProperty("name").GetString()),
                Is.SupersetOf(new[] { "wd_enqueue", "wd_dispatch", "wd_select_cpu" }));
            // A loop whose states the verifier cannot merge costs minutes at start long before the kernel's limit of a million.
            Assert.That(programs.Select(program => program.GetProperty("instructions").GetInt64()), Is.All.Positive.And.All.LessThan(50_000));
            Assert.That(await StateAsync(), Is.EqualTo("disabled"));
            Assert.That(await ReadWordAsync(EnableSequence), Is.EqualTo(sequence), "schedulers enabled since boot");
        }
    }

    /// <summary>Each function of each module has its price, within what docs/modules.md allows for its slot.</summary>
    [Test, Order(1), Property("Check", "slot-cost")]
    public async Task Slot_functions_cost_what_their_contract_allows()
    {
        await EndSharedSchedulerAsync();
        var sequence = await ReadWordAsync(EnableSequence);
        var result = (await Guest.CallAsync($"{GuestPrograms.Wd40} modules --cost --json")).EnsureSuccess();
        using var list = JsonDocument.Parse(result.Output);
        using (Assert.EnterMultipleScope())
        {
            foreach (var module in list.RootElement.EnumerateArray())
            {
                var (slot, name) = (module.GetProperty("slot").GetString()!, module.GetProperty("name").GetString());
                var costs = module.GetProperty("verified_instructions").EnumerateObject().ToDictionary(cost => cost.Name, cost => cost.Value.GetInt64());
                TestContext.Out.WriteLine($"{slot} {name}: {string.Join(", ", costs.Select(cost => $"{cost.Key} {cost.Value}"))}");
                var budget = SlotBudget.Of(slot);
                Assert.That(costs.Keys, Is.EquivalentTo(budget.Keys), $"functions of {slot} {name}");
                foreach (var (function, cost) in costs)
                    Assert.That(cost, Is.LessThanOrEqualTo(budget.GetValueOrDefault(function)), $"{slot} {name}: {function}");
                if (name is "llc" or "interactive" or "rusty")
                    Assert.That(costs.Values.Max(), Is.GreaterThan(200), $"{slot} {name} does work, which the wrapper's share does not hide");
            }
            Assert.That(await StateAsync(), Is.EqualTo("disabled"));
            Assert.That(await ReadWordAsync(EnableSequence), Is.EqualTo(sequence), "schedulers enabled since boot");
        }
    }

    /// <summary>A second instance is refused with a message of its own, and the first does not notice.</summary>
    [Test, Order(3), Property("Check", "A-2"), Category(RunLength.OneKernel)]
    public async Task Second_instance_is_refused_and_the_first_goes_on()
    {
        var first = await SharedSchedulerAsync("");
        var sequence = await ReadWordAsync(EnableSequence);
        var before = await first.TotalsAsync();
        var second = await Guest.CallAsync($"{GuestPrograms.Wd40} run {Scheduler}");
        var after = await first.TotalsAsync();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(second.ExitCode, Is.EqualTo((int)ExitCode.UnfitMachine), second.Error);
            Assert.That(second.Error, Does.Contain($"another scheduler is enabled: {Scheduler}"));
            Assert.That(await StateAsync(), Is.EqualTo("enabled"));
            Assert.That(await ReadWordAsync(Ops), Does.StartWith($"{Scheduler}_"));
            Assert.That(await ReadWordAsync(EnableSequence), Is.EqualTo(sequence), "schedulers enabled since boot");
            Assert.That(first.Job.HasEnded, Is.False, "the first instance ended");
            Assert.That(after.NrSlotsAllocated, Is.GreaterThan(before.NrSlotsAllocated), "the socket answers with the first instance's counters");
        }
    }

    /// <summary>Members of the group of --stats-group may connect, others are told what to do.</summary>
    [Test, Order(1), Property("Check", "stats-group"), Category(RunLength.FullOnly)]
    public async Task Statistics_are_for_root_and_a_group()
    {
        // The guest's shell would take busybox's own unshare, which changes no user.
        const int Group = 4711, Nobody = 65_534;
        var scheduler = await SharedSchedulerAsync($"--stats-group {Group}");
        // The socket comes after the scheduler is enabled; this waits for it.
        await scheduler.TotalsAsync();
        var socket = (await Guest.CallAsync($"stat -c '%a %g' {Wd40Options.DefaultStatsPath}")).EnsureSuccess().Output.Trim();
        var member = await Guest.CallAsync($"/usr/bin/unshare -S {Nobody} -G {Group} {GuestPrograms.Probe} stats 1 1 '{StatsRecording.Totals}'");
        var other = await Guest.CallAsync($"/usr/bin/unshare -S {Nobody} -G {Nobody} {GuestPrograms.Wd40} run {Scheduler} --monitor 1");
        var unknown = await Guest.CallAsync($"{GuestPrograms.Wd40} run {Scheduler} --stats-group no-such-group");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(socket, Is.EqualTo($"660 {Group}"), "mode and group of the socket");
            Assert.That(member.ExitCode, Is.Zero, member.Error);
            Assert.That(member.Output, Does.Contain("nr_slots_allocated"));
            Assert.That(other.ExitCode, Is.Not.Zero, other.Output);
            Assert.That(other.Error, Does.Contain("permission denied: run as root or join the group"));
            Assert.That(unknown.ExitCode, Is.EqualTo((int)ExitCode.Usage), unknown.Error);
            Assert.That(unknown.Error, Does.Contain("no-such-group").And.Contain("groupadd"));
        }
    }

    /// <summary>Metrics of a running scheduler, without a script.</summary>
    [Test, Order(3), Property("Check", "openmetrics"), Category(RunLength.FullOnly)]
    public async Task OpenMetrics_text_is_served_by_the_monitor()
    {
        await SharedSchedulerAsync("");
        var text = (await Guest.CallAsync($"{GuestPrograms.Wd40} run {Scheduler} --monitor 0.2 --openmetrics - | sed '/^# EOF/q'")).EnsureSuccess().Output;
        Assert.That(text.Split('\n'), Has.Some.StartsWith("nr_slots_allocated_total ").And.Some.StartsWith("d_load{node=\"0\",domain=\"1\"} ")
            .And.Some.EqualTo("# EOF"));
    }

    /// <summary>Many short-lived processes leak no slot and no memory, and no slot belongs to two tasks.</summary>
    [Test, Order(3), Property("Check", "A-30"), Category(RunLength.OneKernel)]
    public async Task Fork_storm_leaks_nothing()
    {
        var scheduler = await SharedSchedulerAsync("");
        var before = await HeldAsync(scheduler);
        // Ten commands in place of one, whose time a slow emulated machine exceeds: it makes some 200 to 300 of these processes a second.
        var (storms, processes) = RunLength.Of((1, 8_000), (10, 50_000));
        var (forked, failures) = (0L, 0L);
        for (var storm = 0; storm < storms; storm++)
        {
            var report = (await Guest.CallAsync($"{GuestPrograms.Load} forkstorm --count {processes} --parallel 8")).ReadJson<ForkReport>();
            TestContext.Out.WriteLine($"{report.Forked} forks, {report.ForksPerS:F0}/s");
            (forked, failures) = (forked + report.Forked, failures + report.Failures);
        }
        var after = await SettledAsync(scheduler);
        TestContext.Out.WriteLine($"{forked} forks; slots held {before.Unfreed} -> {after.Unfreed}, "
            + $"tasks {before.Tasks} -> {after.Tasks}, arena {before.ArenaKiB} -> {after.ArenaKiB} KiB");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(failures, Is.Zero, "forks that failed");
            Assert.That(scheduler.Job.HasEnded, Is.False, "the scheduler ended");
            Assert.That(await StateAsync(), Is.EqualTo("enabled"));
            Assert.That(after.Stats.NrSlotsAllocated - before.Stats.NrSlotsAllocated, Is.GreaterThanOrEqualTo(forked),
                "slots handed out during the storm");
            Assert.That(after.Unfreed - before.Unfreed, Is.EqualTo(after.Tasks - before.Tasks).Within(TransientTasks), "slots held more than before");
            Assert.That(after.Unfreed, Is.EqualTo(after.Tasks).Within(TransientTasks), "one slot for each task");
            Assert.That(after.Stats.NrSlotErrors, Is.Zero, "slot errors");
            Assert.That(after.Stats.NrUntracked, Is.Zero, "tasks without a slot");
            Assert.That(after.ArenaKiB, Is.EqualTo(before.ArenaKiB), "arena pages in memory, KiB");
        }
    }

    /// <summary>With the balancer off nothing moves, and loads are still reported.</summary>
    [Test, Order(1), Property("Check", "A-14"), Category(RunLength.OneKernel)]
    public async Task Without_balancing_nothing_moves_and_loads_are_reported()
    {
        await SharedSchedulerAsync("-g 0 -D 0 -K 0 --no-load-balance");
        const double Widen = 0.5;
        var arguments = FormattableString.Invariant($"--groups 16 --start-on 0-3 --widen-after {Widen}");
        var run = await BalanceRun.RecordAsync(Guest, arguments, Widen, Widen + 7, 3);
        var last = run.Steps[^1];
        var loads = last.Domains.Select(domain => domain.Load.ToString("F2", CultureInfo.InvariantCulture));
        TestContext.Out.WriteLine($"{run.Steps.Count} steps, loads {string.Join(":", loads)}, "
            + $"{run.HogMoves.Count} moves traced, hogs per domain {string.Join(":", run.Hogs.Samples![^1].HogsPerDomain)}");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(run.HogMoves, Is.Empty, "moves of hogs between domains, from the kernel's tracepoint");
            Assert.That(last.NrRequested, Is.Zero, "migrations requested");
            Assert.That(last.NrMigrations, Is.Zero, "migrations applied");
            Assert.That(run.Hogs.Samples![^1].HogsPerDomain, Is.EqualTo(new[] { 16, 0 }));
            Assert.That(last.Domains[0].Load, Is.EqualTo(16).Within(10).Percent, "load of the domain with all hogs");
            Assert.That(last.Domains[1].Load, Is.LessThan(2), "load of the other domain");
        }
    }

    /// <summary>A scheduler process that is killed leaves the machine on the default scheduler.</summary>
    [Test, Order(2), Property("Check", "A-2"), Category(RunLength.OneKernel)]
    public async Task A_killed_process_leaves_the_default_scheduler()
    {
        await EndSharedSchedulerAsync();
        await using var scheduler = await OwnSchedulerAsync("");
        var killed = await scheduler.StopAsync(SigKill);
        await UntilDisabledAsync();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(killed.ExitCode, Is.EqualTo(128 + SigKill));
            Assert.That((await Guest.CallAsync($"cat {Ops}")).ExitCode, Is.Not.Zero, "no scheduler has a name any more");
            // The file of its socket is still there: the next start must not stumble over it.
            await SharedSchedulerAsync("");
            Assert.That(await StateAsync(), Is.EqualTo("enabled"));
        }
    }

    /// <summary>A scheduler that the administrator ejects says so and exits with its own code.</summary>
    [Test, Order(1), Property("Check", "A-2"), Category(RunLength.FullOnly)]
    public async Task Ejection_by_sysrq_is_reported()
    {
        await EndSharedSchedulerAsync();
        await using var scheduler = await OwnSchedulerAsync("");
        (await Guest.CallAsync("echo S > /proc/sysrq-trigger")).EnsureSuccess();
        var result = await scheduler.WaitAsync();
        var report = await scheduler.ReadReportAsync();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(result.ExitCode, Is.EqualTo((int)ExitCode.EjectedByError), result.Error);
            Assert.That(report.GetProperty("kind").GetInt32(), Is.EqualTo(ExitSysrq));
            Assert.That(report.GetProperty("reason").GetString(), Is.Not.Empty);
            Assert.That(result.Error, Does.Contain("EXIT: "));
            Assert.That(await StateAsync(), Is.EqualTo("disabled"));
        }
    }

    /// <summary>The whole process, arena and kernel memory of its maps included, stays small while it works.</summary>
    [Test, Order(3), Property("Check", "memory"), Category(RunLength.OneKernel)]
    public async Task A_working_scheduler_needs_at_most_64_MB()
    {
        var scheduler = await SharedSchedulerAsync("");
        await LoadAsync<HogsReport>($"hogs --groups 16 --seconds {RunLength.Of(4, 60)}");
        await scheduler.TotalsAsync();
        var memory = await ProcessMemory.ReadAsync(Guest);
        TestContext.Out.WriteLine(memory);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(memory.HugePages, Is.False, "transparent huge pages of the process");
            Assert.That(memory.SumKiB, Is.LessThanOrEqualTo(ProcessMemory.LimitKiB), "KiB");
        }
    }

    private const string Ops = "/sys/kernel/sched_ext/root/ops";
    private const string EnableSequence = "/sys/kernel/sched_ext/enable_seq";

    /// <summary>Kernel threads and the reading command itself come and go between two readings.</summary>
    private const int TransientTasks = 8;

    /// <summary>Half seconds that the kernel gets to release the last tasks of a storm.</summary>
    private const int SettleTries = 20;

    private async Task UntilDisabledAsync() =>
        (await Guest.CallAsync("until [ \"$(cat /sys/kernel/sched_ext/state)\" = disabled ]; do sleep 0.05; done")).EnsureSuccess();

    /// <summary>The same after the kernel has let go of the tasks that ended, which takes it some grace periods.</summary>
    private async Task<(ClusterStats Stats, long Unfreed, long Tasks, long ArenaKiB)> SettledAsync(RunningScheduler scheduler)
    {
        var held = await HeldAsync(scheduler);
        for (var tries = 0; tries < SettleTries && held.Unfreed > held.Tasks + TransientTasks; tries++)
        {
            await Guest.CallAsync("sleep 0.5");
            held = await HeldAsync(scheduler);
        }

        return held;
    }

    /// <summary>What the scheduler holds, beside the number of tasks there are.</summary>
    private async Task<(ClusterStats Stats, long Unfreed, long Tasks, long ArenaKiB)> HeldAsync(RunningScheduler scheduler)
    {
        var stats = await scheduler.TotalsAsync();
        var tasks = (await Guest.CallAsync("ls -d /proc/[0-9]*/task/[0-9]* | wc -l")).EnsureSuccess().Output;
        // The arena is the mapping at its fixed address; what is in memory of it, in KiB.
        var arena = await Guest.CallAsync("""awk '/^100000000000-/ { here = 1 } here && /^Rss:/ { print $2; exit }' /proc/$(pidof wd40)/smaps""");
        return (stats, stats.NrSlotsAllocated - stats.NrSlotsFreed, long.Parse(tasks, CultureInfo.InvariantCulture),
            long.Parse(arena.EnsureSuccess().Output, CultureInfo.InvariantCulture));
    }
}
