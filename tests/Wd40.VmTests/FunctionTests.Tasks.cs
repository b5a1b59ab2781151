// SPDX-License-Identifier: GPL-2.0-only
using System.Globalization;
using Wd40.ArenaRuntime;
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
    [Test, Order(3), Property("Check", "A-16"), Category(RunLength.OneKernel)]
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
    [Test, Order(1), Property("Check", "A-25"), Category(RunLength.OneKernel)]
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

    /// <summary>
    /// Tasks are moved and end at once, and their slots, with the requests in them, go to others: the kernel half follows no more requests than
    /// there were, and of the hogs, which stay, the tracepoint sees just those move that were to.
    /// </summary>
    [Test, Order(1), Property("Check", "A-31"), Category(RunLength.OneKernel)]
    public async Task Requests_reach_the_task_they_are_for()
    {
        // A short memory, so that short tasks count; a small table, so that slots are used again.
        const int Slots = 512;
        const long SayNs = 1_000_000_000;
        var scheduler = await SharedSchedulerAsync($"-g 0 -D 0 -K 0 -i 0.1 -l 0.1 --max-tasks {Slots} -v");
        var before = await scheduler.TotalsAsync();
        var trace = await TraceRecording.OfMovesAsync(Guest);
        var storm = await Guest.StartAsync($"exec {GuestPrograms.Load} forkstorm --count {RunLength.Of(1200, 30_000)} --parallel 24 --work-us 7000");
        var hogs = await LoadAsync<HogsReport>($"hogs --groups 8:start=0-3,4:cpus=0-3 --widen-after 2 --warmup 2 --seconds {RunLength.Of(4, 240)}");
        var forks = (await storm.EndAsync()).ReadJson<ForkReport>();
        // All answers have been read then.
        await Guest.CallAsync("sleep 1");
        var moves = (await trace.StopAsync<TraceReport>()).Moves;
        var after = await scheduler.TotalsAsync();
        var ended = await scheduler.StopAsync();
        var requests = (await scheduler.ReadReportAsync()).GetProperty("requests");
        ulong Count(string name) => requests.GetProperty(name).GetUInt64();
        var pids = hogs.Groups.SelectMany(group => group.Members).Select(member => member.Pid).ToHashSet();
        // Until they may run everywhere they are moved by their affinity.
        var from = hogs.StartNs + 2_000_000_000;
        var said = LoggedMove.Parse(ended.Error).Where(move => pids.Contains(move.Pid)).ToLookup(move => move.Pid);
        var seen = moves.Where(move => pids.Contains(move.Pid) && move.AtNs > from && move.AtNs < hogs.EndNs).ToArray();
        // A task answers when it is queued and moves when it is its turn; the log's time is that of the step that read the answer.
        var unsaid = seen.Where(move => !said[move.Pid].Any(answer => answer.Domain == move.ToDomain && Math.Abs(answer.AtNs - move.AtNs) < SayNs)).ToArray();
        var unasked = unsaid.Where(move => !WasAskedBack(move, [.. said[move.Pid]], SayNs)).ToArray();
        TestContext.Out.WriteLine($"{forks.Forked} processes in {Slots} slots, {after.NrSlotsAllocated - before.NrSlotsAllocated} handed out; "
            + $"{Count("requested")} requests, {Count("applied")} applied, {Count("refused")} refused, {Count("stale")} came too late, "
            + $"{Count("pending")} without an answer; the kernel half moved {after.NrMigrations}; {seen.Length} moves of hogs traced, "
            + $"{unsaid.Length} of them without an answer, {unasked.Length} unasked: {string.Join(", ", unasked.AsEnumerable())}");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(ended.ExitCode, Is.EqualTo((int)ExitCode.Clean), ended.Error);
            Assert.That(after.NrSlotsAllocated - before.NrSlotsAllocated, Is.GreaterThan(2 * Slots), "slots handed out: each was used again");
            Assert.That(Count("stale"), Is.Positive, "requests whose task ended before: the case to be tested");
            Assert.That(Count("applied") + Count("refused") + Count("stale") + Count("pending"), Is.EqualTo(Count("requested")), "answers");
            Assert.That((ulong)after.NrMigrations, Is.InRange(Count("applied"), Count("applied") + Count("stale")), "moves counted by the kernel half");
            Assert.That(seen, Is.Not.Empty, "moves of hogs by the tracepoint");
            // A request that a later one replaced just when it was followed is in the kernel half's count and in no log.
            Assert.That(unasked, Has.Length.LessThanOrEqualTo((int)((ulong)after.NrMigrations - Count("applied"))), "moves of hogs that nobody had asked for");
        }
    }

    /// <summary>
    /// True for a move of which the balancer read no answer because it asked the task back first: a queued task moves at once and answers when it
    /// runs. Then two answers in a row name the domain that it left; a task that was never asked away has one of each in turn.
    /// </summary>
    private static bool WasAskedBack(TraceMove move, IReadOnlyList<LoggedMove> answers, long withinNs) =>
        answers.Zip(answers.Skip(1)).Any(pair => pair.First.Domain == move.FromDomain && pair.Second.Domain == move.FromDomain
            && pair.First.AtNs < move.AtNs + withinNs && pair.Second.AtNs > move.AtNs - withinNs);
}
