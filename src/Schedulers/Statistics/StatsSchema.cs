// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime.Layout;

namespace Wd40.Schedulers.Statistics;

/// <summary>
/// The statistics of the hybrid core: cluster, nodes, domains. Counters come from the BPF header (name, help); this class only says which
/// of them are shares of all dispatches. Every other counter of the header is exported as a number, without a change here.
/// </summary>
public static class StatsSchema
{
    /// <summary>The counters whose sum is the number of dispatches: each dispatch is counted by exactly one of them.</summary>
    private static readonly string[] _dispatches =
    [
        "wake_sync", "sync_prev_idle", "prev_idle", "greedy_idle", "pinned", "direct", "greedy", "greedy_far", "dsq_dispatch", "greedy_local",
        "greedy_xnuma",
    ];

    /// <summary>Counters of something else that are shown in percent of the dispatches as well.</summary>
    private static readonly string[] _relative = ["kick_greedy", "repatriate", "dl_clamp", "dl_preset"];

    /// <summary>Counters with an established name of their own.</summary>
    private static readonly Dictionary<string, string> _names = new() { ["load_balance"] = "nr_migrations", ["task_get_err"] = "task_get_err" };

    /// <summary>The names of the counters that partition all dispatches.</summary>
    public static IReadOnlyList<string> Dispatches => _dispatches;

    /// <summary>Builds the description from the counters of the BPF header.</summary>
    /// <param name="counters">The counters in the header's order.</param>
    /// <exception cref="ArgumentException">A counter that the description needs is missing.</exception>
    public static StatsStruct Create(IReadOnlyList<Counter> counters)
    {
        ArgumentNullException.ThrowIfNull(counters);
        var partition = _dispatches.Select(name => IndexOf(counters, name)).ToArray();
        ulong Total(StatsReading reading)
        {
            ulong sum = 0;
            foreach (var index in partition)
                sum += reading.Counters[index];
            return sum;
        }

        StatsField Share(string name)
        {
            var index = IndexOf(counters, name);
            return StatsField.Float(name, $"{counters[index].Help}, percent of total",
                (reading, _) => Percent(reading.Counters[index], Total(reading)));
        }

        var shares = new HashSet<string>(_dispatches.Concat(_relative));
        var counts = counters.Select((counter, index) => (counter, index)).Where(pair => !shares.Contains(pair.counter.Name)).Select(pair =>
            StatsField.Count(_names.GetValueOrDefault(pair.counter.Name) ?? $"nr_{pair.counter.Name}", pair.counter.Help,
                (reading, _) => reading.Counters[pair.index]));

        return new StatsStruct("ClusterStats", "The whole machine; counts and percentages are those since the previous request of the client",
        [
            StatsField.Integer("at_us", "time of the sample, us since 1970", (reading, _) => reading.AtUs),
            StatsField.Integer("lb_at_us", "time of the last balance step, us since 1970, 0 before the first", (reading, _) => reading.BalancedAtUs),
            StatsField.Count("total", "dispatches: the sum of the eleven kinds", (reading, _) => Total(reading)),
            StatsField.Integer("slice_us", "current slice, us", (reading, _) => reading.SliceUs),
            StatsField.Float("cpu_busy", "busy share of all CPUs, percent", (reading, _) => Busy(reading)),
            StatsField.Float("load", "sum of all loads; 1.0 is one always-runnable nice-0 task", (reading, _) => Load(reading)),
            StatsField.Float("time_used", "time spent in tuner and balancer, seconds", (reading, _) => reading.TimeUsedNs / 1e9),
            .. _dispatches.Concat(_relative).Select(Share),
            .. counts,
            StatsField.Count("nr_requested", "migrations requested by the balancer", (reading, _) => reading.Requested),
            StatsField.Integer("nr_pending", "migrations requested and not answered yet", (reading, _) => reading.Pending),
            StatsField.Integer("nr_slots_used", "tasks that hold a slot now", (reading, _) => reading.SlotsUsed),
            StatsField.Words("direct_greedy_cpus", "CPUs that accept tasks of other domains at wake-up", reading => reading.DirectGreedyCpus),
            StatsField.Words("kick_greedy_cpus", "CPUs that may be kicked to come and pull", reading => reading.KickGreedyCpus),
            StatsField.Map("nodes", "NUMA nodes", Node(), shape => shape.Nodes, (_, _, _) => true),
        ])
        { IsTop = true };
    }

    private static StatsStruct Node() => new("NodeStats", "One NUMA node, after the planned moves of the last balance step",
    [
        StatsField.Float("load", "sum of the loads of its domains", (reading, node) => Sum(reading, node, domain => domain.Load)),
        StatsField.Float("imbal", "load less its share of the machine's load", (reading, node) => Sum(reading, node, domain => domain.Imbalance)),
        // Moves between two domains of a node cancel out: what is left crossed the node's border.
        StatsField.Float("delta", "load planned to come in from other nodes, negative: to go",
            (reading, node) => Sum(reading, node, domain => domain.Delta)),
        StatsField.Map("doms", "domains of the node", Domain(), shape => shape.Domains,
            (reading, node, domain) => reading.Domains[domain].Node == node),
    ])
    { ExportPrefix = "n_", ExportLabel = "node" };

    private static StatsStruct Domain() => new("DomainStats", "One domain, after the planned moves of the last balance step",
    [
        StatsField.Float("load", "load; 1.0 is one always-runnable nice-0 task", (reading, domain) => reading.Domains[domain].Load),
        StatsField.Float("imbal", "load less its share of the machine's load", (reading, domain) => reading.Domains[domain].Imbalance),
        StatsField.Float("delta", "load planned to come in, negative: to go", (reading, domain) => reading.Domains[domain].Delta),
        StatsField.Count("pulled_in", "tasks taken from other domains", (reading, domain) => reading.PulledIn[domain]),
        StatsField.Count("pulled_out", "tasks taken by other domains", (reading, domain) => reading.PulledOut[domain]),
        StatsField.Integer("slice_us", "slice, us", (reading, domain) => reading.Domains[domain].SliceUs),
        StatsField.Integer("nr_cpus", "CPUs", (reading, domain) => reading.Domains[domain].Cpus),
    ])
    { ExportPrefix = "d_", ExportLabel = "domain" };

    private static double Percent(ulong part, ulong total) => total == 0 ? 0 : 100.0 * part / total;

    private static double Busy(StatsReading reading) =>
        reading.CpuNs == 0 ? 0 : Math.Clamp(100.0 - (100.0 * reading.IdleNs / reading.CpuNs), 0, 100);

    private static double Load(StatsReading reading)
    {
        double sum = 0;
        foreach (ref var domain in reading.Domains.AsSpan())
            sum += domain.Load;
        return sum;
    }

    private static double Sum(StatsReading reading, int node, Func<DomainFigures, double> figure)
    {
        double sum = 0;
        foreach (ref var domain in reading.Domains.AsSpan())
        {
            if (domain.Node == node)
                sum += figure(domain);
        }
        return sum;
    }

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
