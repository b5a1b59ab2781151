// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime;
using Wd40.Schedulers;
using Wd40.Vm;
using Wd40.VmTests.Harness;
using Wd40.VmTests.Reports;

namespace Wd40.VmTests;

/// <summary>
/// Schedulers whose kernel half outlives its process (--adoptable), on 4 CPUs of 2 nodes. In parallel emulation processes are killed wherever they are;
/// how long tasks wait is judged in instruction-count mode.
/// </summary>
[TestFixture(KernelCatalog.Newest, RustlandScheduler.Name, ClockMode.Parallel)]
[TestFixture(KernelCatalog.Newest, RustlandScheduler.Name, ClockMode.InstructionCount, Category = RunLength.FullOnly)]
[TestFixture("6.18", RustlandScheduler.Name, ClockMode.InstructionCount, Category = RunLength.FullOnly)]
[TestFixture(KernelCatalog.Newest, Wd40Scheduler.Name, ClockMode.InstructionCount, Category = RunLength.FullOnly)]
[TestFixture(KernelCatalog.Newest, RustyScheduler.Name, ClockMode.InstructionCount, Category = RunLength.FullOnly)]
internal sealed class AdoptionTests(string kernel, string scheduler, ClockMode clock) : GuestFixture(kernel, new VmTopology(2, 1, 2), clock, scheduler)
{
    private const int SigInt = 2, SigKill = 9, SigUsr1 = 10;

    /// <summary>A new process takes an emulated CPU half a minute beside hogs.</summary>
    private const string All = "--adoptable 5m";

    /// <summary>
    /// Ten times --takeover-ms, whose default is 50; in parallel emulation a CPU may be without the host's for longer than that. rusty takes nothing across
    /// nodes: beside a process of nice -20, with one of a node's two CPUs left, hogs have their turn by the bound on waits (0.5 s, looked at ten times a second).
    /// </summary>
    private readonly double _longestGapSeconds = clock != ClockMode.InstructionCount ? 4 : scheduler == RustyScheduler.Name ? 0.75 : 0.5;

    /// <summary>
    /// The process is killed again and again under hogs, and each time another one goes on with the kernel half and arena that the first has loaded. The
    /// default scheduler never comes in between, no hog is left behind, and what follows is as after any start: SIGTERM leaves it, Ctrl-C ends it.
    /// </summary>
    [Test, Order(0), Property("Check", "adoption"), Category(RunLength.FullOnly)]
    public async Task Processes_are_succeeded_by_others_under_load()
    {
        var times = RunLength.Of(2, 20);
        var scheduler = await OwnSchedulerAsync(All);
        var sequence = await ReadWordAsync("/sys/kernel/sched_ext/enable_seq");
        var load = await Guest.StartAsync($"exec {GuestPrograms.Load} hogs --groups 8 --warmup 1 --seconds 3000 --end-on-signal");
        await Guest.CallAsync("sleep 1.5");
        for (var time = 0; time < times; time++)
        {
            await scheduler.Job.KillAsync(SigKill);
            await scheduler.WaitAsync();
            Assert.That(await StateAsync(), Is.EqualTo("enabled"), $"state after kill {time}");
            // Another policy each time: what the kernel half keeps is nobody's in particular.
            scheduler = await AdoptAsync(time % 2 == 0 && Scheduler == RustlandScheduler.Name ? All + " --policy interactive" : All);
        }
        if (Scheduler == RustlandScheduler.Name)
            await RequireDecisionsAsync(scheduler);
        var left = await scheduler.StopAsync();
        var stateLeft = await StateAsync();
        scheduler = await AdoptAsync();
        await load.KillAsync(SigUsr1);
        var hogs = (await load.EndAsync()).ReadJson<HogsReport>();
        var sequenceAtEnd = await ReadWordAsync("/sys/kernel/sched_ext/enable_seq");
        var ended = await scheduler.StopAsync(SigInt);
        var stateEnded = await StateAsync();
        TestContext.Out.WriteLine(FormattableString.Invariant(
            $"{times} kills and one SIGTERM: hogs used {hogs.CpusUsed:F2} CPUs, {hogs.Groups[0].ShareMin:F3} to {hogs.Groups[0].ShareMax:F3} each, longest gap {Gap(hogs):F3} s"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(left.ExitCode, Is.EqualTo((int)ExitCode.Clean), left.Error);
            Assert.That(left.Error, Does.Contain("is left to a successor"));
            Assert.That(stateLeft, Is.EqualTo("enabled"), "after SIGTERM");
            Assert.That(sequenceAtEnd, Is.EqualTo(sequence), "attached once, by the first process");
            Assert.That(Gap(hogs), Is.LessThan(_longestGapSeconds), "longest time without progress of a hog, s");
            Assert.That(hogs.IdleShare, Is.LessThan(0.05), "idle share");
            Assert.That(ended.ExitCode, Is.EqualTo((int)ExitCode.Clean), ended.Error);
            Assert.That(stateEnded, Is.EqualTo("disabled"), "after SIGINT");
        }
        Assert.That((await Guest.CallAsync("ls /sys/fs/bpf/wd40")).Output.Trim(), Is.Empty, "nothing is left in the BPF file system");
    }

    /// <summary>
    /// One that has its process is not taken from it, nor by a process that wants something else; with --replace the process is asked to end. Nobody comes:
    /// the kernel half ends itself, says why, and the next start clears away what is left.
    /// </summary>
    [Test, Order(1), Property("Check", "adoption-refused"), Category(RunLength.FullOnly)]
    public async Task A_kernel_half_is_not_taken_from_its_process_and_ends_when_nobody_comes()
    {
        const int Seconds = 3;
        var options = FormattableString.Invariant($"--adoptable {Seconds}");
        var first = await OwnSchedulerAsync(options);
        var second = await RunAsync(options);
        var other = await RunAsync("--adoptable 9");
        var third = await AdoptAsync(options + " --replace");
        var replaced = await first.WaitAsync();
        await third.Job.KillAsync(SigKill);
        await third.WaitAsync();
        (await Guest.CallAsync("i=0; until [ \"$(cat /sys/kernel/sched_ext/state)\" = disabled ]; do i=$((i + 1)); [ $i -lt 300 ] || exit 1; sleep 0.1; done")).EnsureSuccess();
        await using var next = await OwnSchedulerAsync(options);
        TestContext.Out.WriteLine($"second: {second.Error}\nother options: {other.Error}\nreplaced: {replaced.Error}\nthird: {third.Job.ErrorSoFar}\nnext: {next.Job.ErrorSoFar}");
        var ended = await next.StopAsync(SigInt);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(second.ExitCode, Is.EqualTo((int)ExitCode.AttachRefused));
            Assert.That(second.Error, Does.Contain($"{Scheduler} is run by process").And.Contain("--replace"));
            Assert.That(other.ExitCode, Is.EqualTo((int)ExitCode.LayoutMismatch));
            Assert.That(other.Error, Does.Contain("was loaded with wd_adoptable_ns = 3000000000, and this command line makes it 9000000000"));
            Assert.That(replaced.ExitCode, Is.EqualTo((int)ExitCode.Clean), replaced.Error);
            Assert.That(third.Job.ErrorSoFar, Does.Contain($"adopted {Scheduler} from process"));
            Assert.That(next.Job.ErrorSoFar, Does.Match($@"has ended: .*process \d+ has ended, and no other took its place within {Seconds * 1000} ms"));
            Assert.That(ended.ExitCode, Is.EqualTo((int)ExitCode.Clean), ended.Error);
        }
    }

    private static double Gap(HogsReport hogs) => hogs.Groups.Max(group => group.LongestGapNs) / 1e9;

    private Task<RunningScheduler> AdoptAsync(string? options = null) => RunningScheduler.AdoptAsync(Guest, options ?? All, Scheduler);

    private async Task<GuestResult> RunAsync(string options) => await Guest.CallAsync($"{GuestPrograms.ExecEager} {GuestPrograms.Wd40} run {Scheduler} {options}");

    /// <summary>The policy of the new process decides, about all that it is asked, and the kernel half serves nobody itself.</summary>
    private async Task RequireDecisionsAsync(RunningScheduler adopted)
    {
        var before = await adopted.UntilDecidingAsync();
        await Guest.CallAsync("sleep 1");
        var after = await adopted.PolicyTotalsAsync();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(after["nr_user_dispatches"] - before["nr_user_dispatches"], Is.GreaterThan(50), "decisions in 1 s");
            Assert.That(after["taken_over"], Is.Zero, "1 while the kernel half serves all tasks");
        }
    }
}
