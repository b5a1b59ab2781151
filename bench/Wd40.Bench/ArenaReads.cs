// SPDX-License-Identifier: GPL-2.0-only
using System.Runtime.CompilerServices;
using Wd40.ArenaRuntime;
using Wd40.ArenaRuntime.Layout;

namespace Wd40.Bench;

/// <summary>
/// Reading records of all tasks: C# over an arena, C over the same memory, and one BPF map lookup a record. Two kinds of records: the
/// briefs that the balancer scans (8 bytes, one word read) and the task records (192 bytes, the load average read). The comparison with
/// the map is judged for the briefs; a task record costs a cache line, and with a million of them both sides wait for the memory.
/// </summary>
internal static class ArenaReads
{
    private const double TargetC = 1.05;
    private const double TargetMap = 400;

    /// <summary>Runs of a slice read about this many records, so that a slice takes milliseconds.</summary>
    private const int RecordsPerSlice = 4_000_000;

    /// <summary>Measures with 10^4 and 10^6 records.</summary>
    internal static void RunAll(Report report, int rounds)
    {
        Run(report, 10_000, rounds);
        Run(report, 1_000_000, rounds);
    }

    private static void Run(Report report, int count, int rounds)
    {
        var random = new Random(count);
        var briefBytes = SizeOf("wd_brief") * (ulong)count;
        var taskBytes = SizeOf("wd_task") * (ulong)count;
        var tasksOffset = (Arena.PageSize + briefBytes + Arena.PageSize - 1) & ~(ulong)(Arena.PageSize - 1);
        using var arena = Arena.Anonymous(System.Numerics.BitOperations.RoundUpToPowerOf2(tasksOffset + taskBytes));
        arena.Populate();
        foreach (ref var brief in arena.Span<WdBrief>(Arena.PageSize, (ulong)count))
            brief = new WdBrief { Weight = (uint)random.Next(1, 10001), Live = (byte)random.Next(2), Domain = (byte)random.Next(64) };
        foreach (ref var task in arena.Span<WdTask>(tasksOffset, (ulong)count))
            task.Duty.Val = (ulong)random.NextInt64(1L << 44);

        Measure(report, "brief, 8 B", count, rounds, arena, Arena.PageSize, "wd_brief", 0,
            [
                () => SumBriefs<byte>(arena.Span<ulong>(Arena.PageSize, (ulong)count)),
                () => SumBriefs<ushort>(arena.Span<ulong>(Arena.PageSize, (ulong)count)),
                () => SumBriefs<uint>(arena.Span<ulong>(Arena.PageSize, (ulong)count)),
                () => SumBriefs<ulong>(arena.Span<ulong>(Arena.PageSize, (ulong)count)),
            ],
            copy => NativeKernels.SumBriefs(ref arena.Ref<ulong>(Arena.PageSize), (nuint)count, copy), TargetMap);
        var duty = LayoutTable.Structs.Single(found => found.Name == "wd_task").Fields.Single(field => field.Name == "duty").Offset / sizeof(ulong);
        Measure(report, "task record, 192 B", count, rounds, arena, tasksOffset, "wd_task", duty,
            [
                () => SumDuties<byte>(arena.Span<WdTask>(tasksOffset, (ulong)count)),
                () => SumDuties<ushort>(arena.Span<WdTask>(tasksOffset, (ulong)count)),
                () => SumDuties<uint>(arena.Span<WdTask>(tasksOffset, (ulong)count)),
                () => SumDuties<ulong>(arena.Span<WdTask>(tasksOffset, (ulong)count)),
            ],
            copy => NativeKernels.SumDuties(ref arena.Ref<ulong>(tasksOffset), (nuint)count, copy), null);
    }

    private static void Measure(Report report, string what, int count, int rounds, Arena arena, ulong offset, string record, uint word,
        Func<ulong>[] managed, Func<uint, ulong> nativeCopy, double? mapTarget)
    {
        Func<ulong>[] native = [.. Enumerable.Range(0, managed.Length).Select<int, Func<ulong>>(copy => () => nativeCopy((uint)copy))];
        var size = (uint)SizeOf(record);
        var repeats = Math.Max(1, RecordsPerSlice / count);
        var map = NativeKernels.MapCreate(size, (uint)count);
        if (map < 0)
            throw new InvalidOperationException($"cannot create a BPF array map of {count} x {size} bytes (errno {-map}): run as root");
        try
        {
            Fill(map, arena, offset, size, count, word);
            Variant[] variants =
            [
                new("C", native, repeats, 16),
                new("C#", managed, repeats, 16),
                new("C again", native, repeats, 16),
                new("map lookup", [() => NativeKernels.MapSum(map, (uint)count, size, word)], 1, 1, SameResult: false),
            ];
            var rows = RoundRunner.Run(variants, rounds);
            report.Add(Timing.Of(what, count, variants, rows));
            report.Add(Figure.Judge($"{what}: C# / C", count, rows, 1, 0, (0, 2), TargetC));
            report.Add(Figure.Judge($"{what}: map lookup / C#", count, rows, 3, 1, (0, 2), mapTarget, atLeast: true));
        }
        finally
        {
            NativeKernels.MapClose(map);
        }
    }

    /// <summary>Copies the records into the map, and checks that lookups find them there.</summary>
    private static void Fill(long map, Arena arena, ulong offset, uint size, int count, uint word)
    {
        var error = NativeKernels.MapFill(map, ref arena.Ref<ulong>(offset), size, 0, (uint)count);
        if (error < 0)
            throw new InvalidOperationException($"cannot fill the BPF map (errno {-error})");
        ulong expected = 0;
        var stride = size / sizeof(ulong);
        var words = arena.Span<ulong>(offset, stride * (ulong)count);
        for (nuint i = word; i < words.Length; i += stride)
            expected += words[i];
        if (NativeKernels.MapSum(map, (uint)count, size, word) != expected)
            throw new InvalidOperationException("the BPF map does not return what was put into it");
    }

    // Functions of their own, as in C. The type argument does nothing but make a copy of the code for each value type.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ulong SumBriefs<TCopy>(ArenaSpan<ulong> briefs) where TCopy : struct
    {
        ulong sum = 0;
        // One load a brief, as its header asks for: weight in the low half, live in byte 5.
        foreach (ref readonly var brief in briefs)
        {
            var word = brief;
            sum += (uint)word * (ulong)(byte)(word >> 40);
        }
        return sum;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ulong SumDuties<TCopy>(ArenaSpan<WdTask> tasks) where TCopy : struct
    {
        ulong sum = 0;
        foreach (ref readonly var task in tasks)
            sum += task.Duty.Val;
        return sum;
    }

    private static ulong SizeOf(string name) => LayoutTable.Structs.Single(found => found.Name == name).Size;
}
