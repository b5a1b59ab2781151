// SPDX-License-Identifier: GPL-2.0-only
using System.Numerics;
using Wd40.ArenaRuntime.Layout;

namespace Wd40.Deadline;

/// <summary>
/// The arithmetic of deadline "interactive": twin of <c>arena-bpf/deadline/interactive.bpf.c</c> in unsigned 64-bit integers, wrapping as
/// there. A deadline is virtual time plus a bounded request by weight, which latency-critical tasks shorten.
/// </summary>
public static class DeadlineFormula
{
    /// <summary>Longest request at weight 100, ns.</summary>
    public const ulong RequestMax = 4 * WdConstants.Msec;

    /// <summary>Events a period at which a frequency stops to count.</summary>
    public const ulong FrequencyMax = 100_000;

    /// <summary>Largest latency priority, never reached.</summary>
    public const ulong PriorityMax = 39;

    /// <summary>Time in which each of a CPU's tasks should have run once, ns.</summary>
    public const ulong LatencyTarget = 4 * WdConstants.Msec;

    /// <summary>Weight of nice 0, in the unit by which CPU time is charged.</summary>
    private const ulong ExactDefault = (ulong)WdConstants.WeightDefault * WdConstants.WeightOne;

    private const ulong FrequencyPeriod = 100 * WdConstants.Msec;
    private const ulong RunMax = 50 * WdConstants.Msec;
    private const ulong ScaleMin = 18, ScaleMax = 10_000;

    /// <summary>The kernel's weights of nice -20 to 19.</summary>
    private static ReadOnlySpan<uint> WeightOfNice =>
    [
        88761, 71755, 56483, 46273, 36291, 29154, 23254, 18705, 14949, 11916, 9548, 7620, 6100, 4904, 3906, 3121, 2501, 1991, 1586, 1277,
        1024, 820, 655, 526, 423, 335, 272, 215, 172, 137, 110, 87, 70, 56, 45, 36, 29, 23, 18, 15,
    ];

    /// <summary>Average that takes a quarter of the new sample.</summary>
    public static ulong Ewma(ulong old, ulong sample) => old - (old >> 2) + (sample >> 2);

    /// <summary>Averaged frequency, events per 100 ms, after another event.</summary>
    /// <param name="frequency">Before.</param>
    /// <param name="interval">ns since the last event; 0 adds nothing.</param>
    public static ulong UpdateFrequency(ulong frequency, ulong interval) => Ewma(frequency, interval == 0 ? 0 : FrequencyPeriod / interval);

    /// <summary>How latency-critical a task is, 0 to 38: it blocks and wakes others often, and runs shortly.</summary>
    /// <param name="blockedFrequency">How often it blocks, events per 100 ms.</param>
    /// <param name="wakerFrequency">How often it wakes others, events per 100 ms.</param>
    /// <param name="averageRuntime">ns it runs from wake-up to sleep.</param>
    /// <param name="weight">1..10000; 0 counts as 100.</param>
    public static ulong LatencyPriority(ulong blockedFrequency, ulong wakerFrequency, ulong averageRuntime, ulong weight)
    {
        weight = Weight(weight);
        ulong blocked = Math.Min(blockedFrequency, FrequencyMax), waker = Math.Min(wakerFrequency, FrequencyMax);
        ulong priority = Math.Min(BitLength(unchecked(blocked * waker * waker * weight / WdConstants.WeightDefault) + 1), PriorityMax);
        ulong run = BitLength((Math.Min(averageRuntime / 2, RunMax) * WdConstants.WeightDefault / weight) + 1);
        return run < priority ? priority - run : 0;
    }

    /// <summary>Virtual ns between a task's virtual time and its deadline: at most <see cref="RequestMax"/> at weight 100 and the least scale.</summary>
    /// <param name="runtime">ns it will want.</param>
    /// <param name="weight">1..10000; 0 counts as 100.</param>
    /// <param name="scale">What its latency priority brings, 18 to 10000; less counts as 18.</param>
    public static ulong RequestLength(ulong runtime, ulong weight, ulong scale)
    {
        var divisor = unchecked(Weight(weight) * Math.Max(scale, ScaleMin));
        return divisor == 0 ? 0 : Math.Min(runtime, RequestMax) * WdConstants.WeightDefault * ScaleMin / divisor;
    }

    /// <summary>Divisor that a latency priority from 0 to 38 brings, times 18: 18 to 10000.</summary>
    public static ulong ScaleOf(ulong priority) => Math.Min(WeightOfNice[(int)(PriorityMax - 1 - priority)], ScaleMax);

    /// <summary>Deadline of a task as its record stands.</summary>
    public static ulong Deadline(in WdTask task) => unchecked(task.Vtime + RequestLength(Math.Max(task.Stint, task.AvgRuntime), task.Weight, task.Scale));

    /// <summary>Virtual ns that some CPU time costs a task.</summary>
    /// <param name="ran">ns.</param>
    /// <param name="weight">Effective weight in 1/1024; 0 counts as 100.</param>
    public static ulong VirtualTime(ulong ran, ulong weight) =>
        unchecked(ran * ExactDefault) / (weight == 0 ? ExactDefault : weight);

    /// <summary>Slice of a task, ns: the longest when nobody waits, otherwise so that each has its turn within the latency target.</summary>
    /// <param name="queued">Tasks that wait.</param>
    /// <param name="cpus">CPUs that serve them.</param>
    /// <param name="min">Shortest slice, ns.</param>
    /// <param name="max">Longest slice, ns; it wins over the shortest.</param>
    public static ulong Slice(uint queued, uint cpus, ulong min, ulong max) =>
        queued == 0 ? max : Math.Min(Math.Max(LatencyTarget * cpus / ((ulong)queued + cpus), min), max);

    private static ulong Weight(ulong weight) => weight == 0 ? WdConstants.WeightDefault : weight;

    private static ulong BitLength(ulong value) => 64 - (ulong)BitOperations.LeadingZeroCount(value);
}
