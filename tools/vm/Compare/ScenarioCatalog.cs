// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Vm.Compare;

/// <summary>The scenarios that schedulers are compared by. What a figure means is defined by the workload program's help.</summary>
public static class ScenarioCatalog
{
    /// <summary>A re-balance that never came is taken as its bound of 8 seconds.</summary>
    private const double NeverNs = 8e9;

    /// <summary>All scenarios, in the order in which they run.</summary>
    public static IReadOnlyList<ScenarioDefinition> All { get; } =
    [
        new("idle", "idle",
        [
            new("idle_share", "idle_share", Direction.Lower) { IsRatio = false },
            new("longest_gap", "longest_gap_ns", Direction.Lower),
        ]),
        new("fairness", "fairness",
        [
            new("share_error", "share_error", Direction.Lower),
            new("jain_index", "jain_index", Direction.Higher) { IsRatio = false },
        ]),
        new("rebalance", "rebalance", [new("time", "rebalance_ns", Direction.Lower) { NullMeans = NeverNs }]),
        // Work of a full machine, as hogs run beside them: with instruction counting 8 CPUs share one clock, and work that takes
        // 0.3 ms of 5 on a quiet machine would take 2.4 of them. Who computes half of the time is no mostly sleeping task.
        new("timer", "timer", Delays("delay_ns")) { HasFixedWork = true, IsForFullMachine = true },
        new("futex", "futex", Delays("delay_ns")) { HasFixedWork = true, IsForFullMachine = true },
        // Two pairs cannot fill the machine: a rate of waiting times, so its idle share is shown and does not invalidate it.
        new("pingpong", "pingpong", [new("round_trips", "round_trips_per_s", Direction.Higher)]),
        new("requests", "requests",
        [
            new("rate", "requests_per_s", Direction.Higher) { NeedsBusyMachine = true },
            new("wakeup_p99", "wakeup_ns.p99", Direction.Lower),
            new("request_p99", "request_ns.p99", Direction.Lower),
        ]) { HasFixedWork = true },
        // A game beside a parallel build.
        // Some seconds to settle: what a start costs is judged by itself (rustland-start in tests/README.md).
        new("frames", "frames --warmup 5",
        [
            new("p50", "delay_ns.p50", Direction.Lower),
            new("p99", "delay_ns.p99", Direction.Lower),
            new("max", "delay_ns.max", Direction.Lower),
            // Against the default scheduler, beside which there are many; "missed_frames" of the sleepers above is judged by itself.
            new("missed", "missed_frames", Direction.Lower),
            new("frame_p99", "frame_ns.p99", Direction.Lower),
            new("idle_share", "idle_share", Direction.Lower) { IsRatio = false },
            new("jobs", "jobs_per_s", Direction.Higher) { NeedsBusyMachine = true },
        ]) { HasFixedWork = true, IsForFullMachine = true },
        // Its forks alone leave CPUs idle, so with instruction counting the time is mostly shown and not judged.
        new("hackbench", "switches -- hackbench -g 4 -l 100",
        [
            new("time", "time_ns", Direction.Lower) { NeedsBusyMachine = true },
            new("switches", "context_switches", Direction.Lower),
        ]),
    ];

    /// <summary>Finds scenarios by their names; none given: all.</summary>
    /// <exception cref="FormatException">There is no such scenario.</exception>
    public static IReadOnlyList<ScenarioDefinition> Select(IReadOnlyCollection<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        string? unknown = names.FirstOrDefault(name => All.All(scenario => scenario.Name != name));
        return unknown is null
            ? [.. All.Where(scenario => names.Count == 0 || names.Contains(scenario.Name))]
            : throw new FormatException($"there is no scenario '{unknown}'; there are {string.Join(", ", All.Select(scenario => scenario.Name))}");
    }

    private static FigureDefinition[] Delays(string member) =>
    [
        new("p50", $"{member}.p50", Direction.Lower),
        new("p99", $"{member}.p99", Direction.Lower),
        new("max", $"{member}.max", Direction.Lower),
        new("missed_frames", "missed_frames", Direction.Lower) { IsRatio = false },
    ];
}
