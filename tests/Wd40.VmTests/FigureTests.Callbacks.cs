// SPDX-License-Identifier: GPL-2.0-only
using System.Buffers.Binary;
using System.Globalization;
using System.Text.RegularExpressions;
using Wd40.ArenaRuntime.Layout;
using Wd40.Schedulers;
using Wd40.VmTests.Harness;

namespace Wd40.VmTests;

/// <summary>What the kernel half makes of what the kernel tells it, and what it asks of it.</summary>
internal sealed partial class FigureTests
{
    private static readonly SharedStruct _record = LayoutTable.Structs.Single(candidate => candidate.Name == "wd_task");

    /// <summary>
    /// A hog's affinity and nice value change again and again, and timers wake another task on its CPU while it runs: by its record it has neither slept
    /// nor woken anybody.
    /// </summary>
    [Test, Property("Check", "credit"), Category(RunLength.OneKernel)]
    public async Task Attribute_changes_are_no_sleep_and_interrupts_credit_nobody()
    {
        const int Changes = 60, Wakeups = 100;
        await SharedSchedulerAsync("");
        var peek = PeekCommand("$hog");
        // 8 is CPU 3, and c are CPUs 2 and 3; each `sleep` is bound to CPU 3, and so is its timer.
        var script = $"""
            taskset 8 sh -c 'while :; do :; done' & hog=$!
            taskset 8 sh -c 'for i in $(seq {Wakeups}); do sleep 0.01; done' & sleeper=$!
            trap 'kill $hog' EXIT
            sleep 0.5
            {peek}
            for i in $(seq {Changes}); do
                taskset -p c $hog && taskset -p 8 $hog && renice -n $((i % 2 * 2 - 1)) -p $hog || exit 1
            done > /dev/null
            wait $sleeper
            {peek}
            """;
        var records = (await Guest.CallAsync(script)).EnsureSuccess().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(Convert.FromHexString).ToArray();
        Assert.That(records, Has.Length.EqualTo(2), "records of the hog");
        ulong Before(string field) => FieldOf(records[0], field);
        ulong After(string field) => FieldOf(records[1], field);
        var progress = After("vtime") - Before("vtime");
        Note($"hog's record: blocked at {Before("last_blocked_at")} and {After("last_blocked_at")}, woke at {Before("last_woke_at")} and {After("last_woke_at")}, "
            + $"virtual time {progress / 1e6:F0} ms later");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(progress, Is.GreaterThan(50_000_000), "virtual ns that the hog went on");
            foreach (var field in new[] { "generation", "last_blocked_at", "blocked_freq", "last_woke_at", "waker_freq" })
                Assert.That(After(field), Is.EqualTo(Before(field)), field);
        }
    }

    /// <summary>
    /// Hogs of nice 0 wait three to a CPU: their virtual time goes on by the CPU time that the kernel counts, the search for the next task included. Left
    /// out of it, equal keys are unequal CPU time wherever that search takes longer.
    /// </summary>
    [Test, Property("Check", "charge"), Category(RunLength.FullOnly)]
    public async Task Virtual_time_is_the_CPU_time_that_the_kernel_counts()
    {
        const int Hogs = 24, Window = 6;
        const double TolerancePercent = 0.3;
        await SharedSchedulerAsync("");
        var script = $$"""
            for i in $(seq {{Hogs}}); do sh -c 'while :; do :; done' & hogs="$hogs $!"; done
            trap 'kill $hogs' EXIT
            look() { for hog in $hogs; do read -r ran rest < /proc/$hog/schedstat; echo $ran; {{PeekCommand("$hog")}} || exit 1; done; }
            sleep 2
            look
            sleep {{Window}}
            look
            """;
        var output = (await Guest.CallAsync(script)).EnsureSuccess().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(output, Has.Length.EqualTo(4 * Hogs), "times and records of the hogs, twice");
        var looks = output.Chunk(2).Select(pair => (
            Ran: ulong.Parse(pair[0], CultureInfo.InvariantCulture), Virtual: FieldOf(Convert.FromHexString(pair[1]), "vtime"))).ToArray();
        var ratios = looks.Take(Hogs).Zip(looks.Skip(Hogs), (before, after) => (double)(after.Virtual - before.Virtual) / (after.Ran - before.Ran)).ToArray();
        Note($"virtual time per CPU time of {Hogs} hogs: {ratios.Average():F4} on the average, {ratios.Min():F3} to {ratios.Max():F3}");
        Assert.That(ratios.Average(), Is.EqualTo(1).Within(TolerancePercent).Percent);
    }

    /// <summary>Each kick is for an idle CPU, or a preemption that the counters know.</summary>
    [Test, Property("Check", "kicks"), Category(RunLength.OneKernel)]
    public async Task Kicks_are_for_idle_CPUs_or_preempt()
    {
        const string Event = "wd40_test/kick", Tracing = "/sys/kernel/tracing", Trace = Tracing + "/instances/kicks";
        const int Idle = 1, Preempt = 2;
        var scheduler = await SharedSchedulerAsync("");
        (await Guest.CallAsync($"set -e; mkdir {Trace}; echo 'p:{Event} scx_bpf_kick_cpu cpu=%di:s32 flags=%si:u64' > {Tracing}/kprobe_events; "
            + $"echo 1 > {Trace}/events/{Event}/enable")).EnsureSuccess();
        string trace;
        long preempted;
        try
        {
            var before = await scheduler.TotalsAsync();
            // Some wake up beside idle CPUs and some beside none.
            (await Guest.CallAsync($"{GuestPrograms.Load} hogs --groups 4:cpus=0-3,1:cpus=2 --seconds 2 & hogs=$!; "
                + $"{GuestPrograms.Load} timer --tasks 6 --hogs-per-cpu 0.5 --seconds 2 && wait $hogs")).EnsureSuccess();
            var after = await scheduler.TotalsAsync();
            preempted = after.NrPreempt - before.NrPreempt;
            trace = (await Guest.CallAsync($"cat {Trace}/trace")).EnsureSuccess().Output;
        }
        finally
        {
            await Guest.CallAsync($"echo 0 > {Trace}/events/{Event}/enable; rmdir {Trace}; echo > {Tracing}/kprobe_events");
        }

        var kicks = KickLine().Matches(trace)
            .Select(line => line.Groups.Values.Skip(1).Select(group => int.Parse(group.ValueSpan, CultureInfo.InvariantCulture)).ToArray())
            .Select(values => (From: values[0], Cpu: values[1], Flags: values[2])).ToArray();
        var counts = kicks.GroupBy(kick => kick.Flags).ToDictionary(group => group.Key, group => group.Count());
        Note($"kicks by flags: {string.Join(", ", counts.OrderBy(pair => pair.Key).Select(pair => $"{pair.Key}: {pair.Value}"))}; {preempted} preemptions counted");
        using (Assert.EnterMultipleScope())
        {
            // A CPU may ask itself to look again: it is not idle yet.
            Assert.That(kicks.Where(kick => kick.Flags is not (Idle or Preempt) && kick.Cpu != kick.From), Is.Empty, "kicks of other CPUs, whether idle or not");
            Assert.That(counts.GetValueOrDefault(Idle), Is.GreaterThan(50), "kicks of CPUs that are to be idle");
            // Others went past the queue, with an insertion that preempts.
            Assert.That(counts.GetValueOrDefault(Preempt), Is.InRange(1, preempted), "kicks that preempt, and preemptions counted");
        }
    }

    /// <summary>What prints a task's record as it stands in the arena, in hex; pid: a number, or a variable of the guest's shell.</summary>
    private static string PeekCommand(string pid)
    {
        var layout = new ArenaLayout(8, 2, 1, new Wd40Options().MaxTasks);
        return $"{GuestPrograms.Peek} {layout.Tasks} {_record.Size} {layout.MaxTasks} {OffsetOf("pid")} {pid}";
    }

    private static int OffsetOf(string field) => (int)_record.Fields.Single(candidate => candidate.Name == field).BitOffset / 8;

    private static ulong FieldOf(byte[] record, string field) => BinaryPrimitives.ReadUInt64LittleEndian(record.AsSpan(OffsetOf(field)));

    /// <summary>A line of the trace: the CPU that asks, the one that is kicked, the flags.</summary>
    [GeneratedRegex(@"\[(\d+)\].*: kick: .* cpu=(\d+) flags=(\d+)$", RegexOptions.Multiline)]
    private static partial Regex KickLine();
}
