// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime.Layout;
using Wd40.Schedulers.Statistics;

namespace Wd40.Schedulers.UserSpace;

/// <summary>Names and descriptions of the statistics of the user-space core: those of scx_rustland 1.1, then its own.</summary>
public static class PolicyStatsSchema
{
    /// <summary>Established names of counters.</summary>
    private static readonly (string Name, string Description, string Counter)[] _established =
    [
        ("nr_user_dispatches", "decisions of the policy applied", "applied"),
        ("nr_kernel_dispatches", "placements made by the kernel half", "kernel"),
        ("nr_cancel_dispatches", "decisions dropped: the task had been queued anew, served or had ended", "stale"),
        ("nr_bounce_dispatches", "decisions with a CPU where the task may not run", "bounced"),
        ("nr_failed_dispatches", "decisions given up", "refused"),
        ("nr_sched_congested", "tasks placed by the kernel half because a ring was full", "congested"),
    ];

    /// <summary>Figures that are no totals, in the order of <see cref="StatsReading.Gauges"/>.</summary>
    internal enum Gauge
    {
        /// <summary>CPUs online at start.</summary>
        Cpus,

        /// <summary>Tasks on a CPU, the policy's thread not counted.</summary>
        Running,

        /// <summary>Tokens in the rings.</summary>
        Queued,

        /// <summary>Tasks that the policy holds.</summary>
        Scheduled,

        /// <summary>Page faults of the process.</summary>
        PageFaults,

        /// <summary>Handed over and not back yet.</summary>
        Waiting,

        /// <summary>Turns of the policy's loop since start.</summary>
        Turns,

        /// <summary>Takeovers since start.</summary>
        Takeovers,

        /// <summary>1 while the kernel half serves all tasks.</summary>
        TakenOver,

        /// <summary>Tasks that hold a slot.</summary>
        Slots,

        /// <summary>Tasks without a slot, since start.</summary>
        Untracked,

        /// <summary>How many there are.</summary>
        Count,
    }

    /// <summary>The description.</summary>
    /// <param name="counters">Those of <c>struct wd_user_stats</c>, in its order.</param>
    public static StatsStruct Create(IReadOnlyList<Counter> counters)
    {
        ArgumentNullException.ThrowIfNull(counters);
        var known = _established.Select(entry => entry.Counter).ToHashSet();
        return new StatsStruct("Metrics", "The whole machine; counts are those since the previous request of the client",
        [
            Of("nr_cpus", "CPUs online at start", Gauge.Cpus),
            Of("nr_running", "tasks on a CPU, the policy's thread not counted", Gauge.Running),
            Of("nr_queued", "tasks in the rings, not taken by the policy yet", Gauge.Queued),
            Of("nr_scheduled", "tasks that the policy holds", Gauge.Scheduled),
            Of("nr_page_faults", "page faults of the process since it was attached; the thread that decides should have none", Gauge.PageFaults),
            .. _established.Select(entry => Count(entry.Name, entry.Description, IndexOf(counters, entry.Counter))),
            .. counters.Select((counter, index) => (counter, index)).Where(pair => !known.Contains(pair.counter.Name))
                .Select(pair => Count(NameOf(pair.counter), pair.counter.Help, pair.index)),
            Of("nr_waiting", "tasks handed over that wait for a decision now", Gauge.Waiting),
            Of("nr_turns", "turns of the policy's loop since start, a system call each", Gauge.Turns),
            Of("nr_takeovers", "takeovers of the kernel half since start", Gauge.Takeovers),
            Of("taken_over", "1 while the kernel half serves all tasks itself", Gauge.TakenOver),
            Of("nr_slots_used", "tasks that hold a slot now", Gauge.Slots),
            Of("nr_untracked", "tasks without a slot because the table was full, since start", Gauge.Untracked),
        ])
        { IsTop = true };
    }

    /// <summary>nr_queued is a gauge since long: tasks in the rings, not tasks handed over since start.</summary>
    private static string NameOf(Counter counter) => counter.Name == "queued" ? "nr_handed_over" : $"nr_{counter.Name}";

    private static StatsField Of(string name, string description, Gauge gauge) =>
        StatsField.Integer(name, description, (reading, _) => reading.Gauges[(int)gauge]);

    private static StatsField Count(string name, string description, int index) =>
        StatsField.Count(name, description, (reading, _) => reading.Counters[index]);

    private static int IndexOf(IReadOnlyList<Counter> counters, string name)
    {
        for (var i = 0; i < counters.Count; i++)
        {
            if (counters[i].Name == name)
                return i;
        }
        throw new ArgumentException($"the BPF header declares no counter named {name}", nameof(counters));
    }
}
