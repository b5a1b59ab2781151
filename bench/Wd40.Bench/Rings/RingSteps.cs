// SPDX-License-Identifier: GPL-2.0-only
using System.Diagnostics;

namespace Wd40.Bench;

/// <summary>
/// Tasks to a policy in user space and its decisions back, in the three steps in which such schedulers were built: queue maps with one bpf() call a
/// task each way, a ring buffer up and one bpf() call a decision down, rings in an arena. The same policy, deadline with its loop and its ordered run
/// queue, decides about the same batches of tasks in the same way. Then each ring's direction by itself.
/// </summary>
internal static class RingSteps
{
    private const double TargetBuffer = 6, TargetMaps = 12;

    /// <summary>Batches that are compared before anything is timed.</summary>
    private const int Rehearsals = 64;

    /// <summary>Many short slices: what is compared differs in how much the rest of the machine disturbs it.</summary>
    private const int Slices = 24;

    /// <summary>Batches of a round where parts are timed.</summary>
    private const int Batches = 64;

    /// <summary>Measures.</summary>
    internal static void RunAll(Report report, int rounds)
    {
        using var rings = new RingObject();
        using var buffers = new RingBuffers(rings);
        RingWay[] ways =
        [
            new MessageWay<QueueSource>("1 queue maps", rings, 0, "rings_up_queue", new QueueSource(rings.Map("rings_queue_up"))),
            new MessageWay<BufferSource>("2 ring buffer up, bpf() down", rings, 1, "rings_up_buffer", new BufferSource(buffers)),
            new ArenaWay("3 arena", rings, 2),
        ];
        Rehearse(ways);
        RunSteps(report, rounds, ways);
        RunParts(report, rounds, ways);
        foreach (var way in ways)
            way.Check();
        RunCalls(report, rounds, rings);
        RingDirections.RunAll(report, rounds, rings, buffers);
    }

    /// <summary>All ways take the same tasks up and the same decisions down, in the same order; the arena's turns allocate nothing.</summary>
    private static void Rehearse(RingWay[] ways)
    {
        for (var batch = 0; batch < Rehearsals; batch++)
        {
            var expected = ways[0].Run();
            foreach (var way in ways)
            {
                if (way != ways[0] && way.Run() != expected)
                    throw new InvalidOperationException($"batch {batch}: {way.Name} brings other decisions than {ways[0].Name}, or in another order");
                way.Check();
            }
        }
        var before = GC.GetAllocatedBytesForCurrentThread();
        ways[^1].Turn();
        if (GC.GetAllocatedBytesForCurrentThread() != before)
            throw new InvalidOperationException("a turn over the arena allocates memory");
    }

    private static void RunSteps(Report report, int rounds, RingWay[] ways)
    {
        // All slices take about 2 ms. Those of the arena come after one that has left something else in the caches, both alike.
        Variant Of(string name, RingWay way, int repeats) => new(name, [way.Run], repeats, Slices, SameResult: false);
        Variant[] variants =
        [
            Of(ways[0].Name, ways[0], 1), Of(ways[2].Name, ways[2], 16), Of(ways[1].Name, ways[1], 2), Of($"{ways[2].Name} again", ways[2], 16),
        ];
        var rows = RoundRunner.Run(variants, rounds);
        report.Add(Timing.Of("up and down", RingObject.Batch, variants, rows));
        report.Add(Figure.Judge("up and down: queue maps / arena", RingObject.Batch, rows, 0, 1, (1, 3), TargetMaps, atLeast: true));
        report.Add(Figure.Judge("up and down: ring buffer, bpf() / arena", RingObject.Batch, rows, 2, 1, (1, 3), TargetBuffer, atLeast: true));
    }

    /// <summary>Where the time goes: of each part the shortest of a round.</summary>
    private static void RunParts(Report report, int rounds, RingWay[] ways)
    {
        foreach (var way in ways)
        {
            var rows = new double[rounds][];
            foreach (ref var row in rows.AsSpan())
            {
                row = [.. RingWay.Parts.Select(_ => double.MaxValue)];
                for (var batch = 0; batch < Batches; batch++)
                {
                    way.Run();
                    for (var part = 0; part < row.Length; part++)
                        row[part] = Math.Min(row[part], Stopwatch.GetElapsedTime(way.Stamps[part], way.Stamps[part + 1]).TotalNanoseconds);
                }
            }
            Variant[] parts = [.. RingWay.Parts.Select(part => new Variant(part, [], 1, 1))];
            report.Add(Timing.Of(way.Name, RingObject.Batch, parts, rows));
        }
    }

    /// <summary>The system calls of the first steps by themselves: what the user half spends on them.</summary>
    private static void RunCalls(Report report, int rounds, RingObject rings)
    {
        const int index = 3;
        var (up, down) = (rings.Map("rings_queue_up"), rings.Map("rings_queue_down"));
        var task = new RingTask();
        var decisions = new RingDecision[RingObject.Batch];
        var rows = new double[rounds][];
        foreach (ref var row in rows.AsSpan())
        {
            row = [double.MaxValue, double.MaxValue];
            for (var batch = 0; batch < Batches; batch++)
            {
                rings.Run("rings_up_queue", index);
                var start = Stopwatch.GetTimestamp();
                for (var i = 0; i < decisions.Length; i++)
                {
                    if (NativeRings.QueuePop(up, ref task) != 0)
                        throw new InvalidOperationException($"of {RingObject.Batch} tasks in the queue map {i} came out");
                    decisions[i] = new RingDecision { Token = task.Token, Key = (ulong)i };
                }
                var taken = Stopwatch.GetTimestamp();
                foreach (ref readonly var decision in decisions.AsSpan())
                    _ = NativeRings.QueuePush(down, in decision);
                var decided = Stopwatch.GetTimestamp();
                rings.Run("rings_down_queue", index);
                rings.Check(index, "queue maps without a policy");
                row[0] = Math.Min(row[0], Stopwatch.GetElapsedTime(start, taken).TotalNanoseconds);
                row[1] = Math.Min(row[1], Stopwatch.GetElapsedTime(taken, decided).TotalNanoseconds);
            }
        }
        report.Add(Timing.Of("bpf()", RingObject.Batch, [new Variant("lookup and delete", [], 1, 1), new Variant("update", [], 1, 1)], rows));
    }
}
