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
        var said = LoggedMove.Parse(ended.Error).Where(move => pids.Contains(move.Pid)).ToLookup(move => move.Pid, move => move.Domain);
        var seen = moves.Where(move => pids.Contains(move.Pid) && move.AtNs > from && move.AtNs < hogs.EndNs).ToLookup(move => move.Pid, move => move.ToDomain);
        var left = seen.Select(task => (Unanswered: Unanswered([.. task], [.. said[task.Key]]), AskedBack: AskedBack([.. said[task.Key]]))).ToArray();
        var unasked = left.Sum(hog => Math.Max(0, hog.Unanswered - hog.AskedBack));
        TestContext.Out.WriteLine($"{forks.Forked} processes in {Slots} slots, {after.NrSlotsAllocated - before.NrSlotsAllocated} handed out; "
            + $"{Count("requested")} requests, {Count("applied")} applied, {Count("refused")} refused, {Count("stale")} came too late, "
            + $"{Count("pending")} without an answer; the kernel half moved {after.NrMigrations}; moves and answers of hogs: "
            + string.Join(", ", seen.Select(task => $"{task.Count()} and {said[task.Key].Count()}"))
            + $"; {left.Sum(hog => hog.Unanswered)} moves without an answer, {unasked} unasked");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(ended.ExitCode, Is.EqualTo((int)ExitCode.Clean), ended.Error);
            Assert.That(after.NrSlotsAllocated - before.NrSlotsAllocated, Is.GreaterThan(2 * Slots), "slots handed out: each was used again");
            Assert.That(Count("stale"), Is.Positive, "requests whose task ended before: the case to be tested");
            Assert.That(Count("applied") + Count("refused") + Count("stale") + Count("pending"), Is.EqualTo(Count("requested")), "answers");
            Assert.That((ulong)after.NrMigrations, Is.InRange(Count("applied"), Count("applied") + Count("stale")), "moves counted by the kernel half");
            Assert.That(seen, Is.Not.Empty, "moves of hogs by the tracepoint");
            // A request that a later one replaced just when it was followed is in the kernel half's count and in no log.
            Assert.That(unasked, Is.LessThanOrEqualTo((int)((ulong)after.NrMigrations - Count("applied"))), "moves of hogs that nobody had asked for");
        }
    }

    /// <summary>
    /// A task's moves to which no answer belongs: those that are left when as many as possible are paired with answers for the same domain in the
    /// same order (longest common subsequence). Not by their times: a task answers before its turn comes or when it runs, and the log's time is
    /// that of the step that read the answer, which an emulated machine beside a busy host has begun 5 s late.
    /// </summary>
    private static int Unanswered(int[] moves, int[] answers)
    {
        var paired = new int[moves.Length + 1, answers.Length + 1];
        for (var move = 1; move <= moves.Length; move++)
        {
            for (var answer = 1; answer <= answers.Length; answer++)
            {
                paired[move, answer] = moves[move - 1] == answers[answer - 1]
                    ? paired[move - 1, answer - 1] + 1
                    : Math.Max(paired[move - 1, answer], paired[move, answer - 1]);
            }
        }

        return moves.Length - paired[moves.Length, answers.Length];
    }

    /// <summary>
    /// How often the balancer asked a task back before it had read its answer: a queued task moves at once and answers when it runs. Then two
    /// answers in a row name the domain that it left; a task that was never asked away has one of each in turn.
    /// </summary>
    private static int AskedBack(int[] answers) => answers.Zip(answers.Skip(1)).Count(pair => pair.First == pair.Second);
}
