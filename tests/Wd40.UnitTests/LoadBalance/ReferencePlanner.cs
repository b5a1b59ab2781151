// SPDX-License-Identifier: GPL-2.0-only
using Wd40.LoadBalance;

namespace Wd40.UnitTests.LoadBalance;

/// <summary>The planner's rules in the most straightforward form: a sorted list per domain, searched from end to end.</summary>
internal sealed class ReferencePlanner
{
    private const double DomainThreshold = 0.05, NodeThreshold = 0.17;
    private readonly double _cutoff;
    private readonly List<(uint Load, int Task)>[] _tasks;
    private readonly long[] _load;
    private readonly uint[] _capacity;
    private readonly byte[] _node;
    private readonly int _nodes;
    private readonly ulong[] _allowed;
    private readonly byte[] _recent;
    private readonly ulong[] _preferred;
    private readonly bool _full;
    private readonly List<Transfer> _plan = [];

    public ReferencePlanner(uint[] load, byte[] domain, ulong[] allowed, byte[] recent, ulong[] preferred, bool full,
        uint[] capacity, byte[] node, int nodes, double cutoff)
    {
        _cutoff = cutoff;
        (_capacity, _node, _nodes, _allowed, _recent, _preferred, _full) = (capacity, node, nodes, allowed, recent, preferred, full);
        _tasks = [.. capacity.Select((_, d) =>
            load.Select((l, i) => (l, i)).Where(task => domain[task.i] == d).Order().ToList())];
        _load = [.. _tasks.Select(list => list.Sum(task => (long)task.Load))];
    }

    public List<Transfer> Plan()
    {
        long[] nodeImbalance = [.. Enumerable.Range(0, _nodes).Select(NodeImbalance)];
        bool nodesDiffer = _nodes > 1 && Enumerable.Range(0, _nodes).Any(n => nodeImbalance[n] > (long)(NodeThreshold * NodeTarget(n)));
        // Who may give is decided at the start, before anything moves.
        var givers = Domains
            .Where(d => Imbalance(d) > (long)(DomainThreshold * Target(d)) || (nodesDiffer && nodeImbalance[_node[d]] > 0))
            .ToHashSet();
        if (nodesDiffer)
        {
            long[] targets = [.. Enumerable.Range(0, _nodes).Select(NodeTarget)];
            long[] surplus = [.. nodeImbalance];
            var gave = new long[_nodes];
            while (true)
            {
                int[] left = [.. Enumerable.Range(0, _nodes).Where(n => gave[n] == 0 || gave[n] < (long)(_cutoff * surplus[n]))];
                if (left.Length == 0)
                    break;
                int from = left.MaxBy(n => nodeImbalance[n]);
                long before = nodeImbalance[from];
                if (before <= (long)(NodeThreshold * targets[from]) || !BetweenNodes(from, nodeImbalance, givers))
                    break;
                gave[from] += before - nodeImbalance[from];
            }
        }
        for (int node = 0; node < _nodes; node++)
            WithinNode(node, givers);
        return _plan;
    }

    private IEnumerable<int> Domains => Enumerable.Range(0, _capacity.Length);

    private IEnumerable<int> Of(int node) => Domains.Where(d => _node[d] == node);

    private static long Share(long load, long part, long all) => (long)((Int128)load * part / all);

    private long NodeTarget(int node) => Share(_load.Sum(), Of(node).Sum(d => (long)_capacity[d]), _capacity.Sum(c => (long)c));

    private long NodeImbalance(int node) => Of(node).Sum(d => _load[d]) - NodeTarget(node);

    private long Target(int d) => Share(Of(_node[d]).Sum(o => _load[o]), _capacity[d], Of(_node[d]).Sum(o => (long)_capacity[o]));

    private long Imbalance(int d) => _load[d] - Target(d);

    private bool BetweenNodes(int from, long[] imbalance, HashSet<int> givers)
    {
        foreach (int to in Enumerable.Range(0, _nodes).Where(n => n != from && imbalance[n] < 0).OrderBy(n => imbalance[n]).ToArray())
        {
            foreach (int giver in Of(from).Where(givers.Contains).OrderByDescending(d => _load[d]).ToArray())
            {
                foreach (int taker in Of(to).OrderBy(d => _load[d]).ToArray())
                {
                    long moved = MoveAny(giver, taker, imbalance[from], imbalance[to]);
                    if (moved == 0)
                        continue;
                    imbalance[from] -= moved;
                    imbalance[to] += moved;
                    return true;
                }
            }
        }
        return false;
    }

    private void WithinNode(int node, HashSet<int> givers)
    {
        var imbalance = Of(node).ToDictionary(d => d, Imbalance);
        var targets = Of(node).ToDictionary(d => d, Target);
        var given = new HashSet<int>();
        bool Over(int d) => imbalance[d] > (long)(DomainThreshold * targets[d]);
        while (true)
        {
            int[] left = [.. imbalance.Keys.Where(d => givers.Contains(d) && !given.Contains(d))];
            if (left.Length == 0)
                return;
            int from = left.MaxBy(d => imbalance[d]);
            if (!Over(from))
                return;
            given.Add(from);
            var refused = new HashSet<int> { from };
            long gave = 0, cutoff = (long)(_cutoff * imbalance[from]);
            while (Over(from) && (gave == 0 || gave < cutoff))
            {
                int[] takers = [.. imbalance.Keys.Where(d => !refused.Contains(d) && imbalance[d] < 0)];
                if (takers.Length == 0)
                    break;
                int to = takers.MinBy(d => imbalance[d]);
                long moved = MoveAny(from, to, imbalance[from], imbalance[to]);
                if (moved == 0)
                    refused.Add(to);
                gave += moved;
                imbalance[from] -= moved;
                imbalance[to] += moved;
            }
        }
    }

    private bool Prefers(int task, int domain) => (_preferred[task] >> domain & 1) != 0;

    private long MoveAny(int from, int to, long surplus, long gap)
    {
        long moved = Move(from, to, surplus, gap, task => Prefers(task, to) && !Prefers(task, from));
        if (moved > 0)
            return moved;
        int node = _node[from];
        long room = Of(node).Sum(d => (long)_capacity[d]) * 100;
        bool crowded = NodeImbalance(node) > (long)(NodeThreshold * NodeTarget(node))
            && (_full || Of(node).Sum(d => _load[d]) > room + (long)(NodeThreshold * room));
        return Move(from, to, surplus, gap, task => crowded || !Prefers(task, from) || Prefers(task, to));
    }

    private long Move(int from, int to, long surplus, long gap, Func<int, bool> isCandidate)
    {
        long goal = Math.Min(surplus, -gap);
        if (goal <= 0)
            return 0;
        var usable = _tasks[from].Where(task => (_allowed[task.Task] >> to & 1) != 0 && isCandidate(task.Task)).ToArray();
        var below = usable.Where(task => task.Load <= goal).TakeLast(1);
        var above = usable.Where(task => task.Load >= goal).Take(1);
        long Left((uint Load, int Task) task) => Math.Abs(surplus - task.Load) + Math.Abs(gap + task.Load);
        var choices = below.Concat(above).ToArray();
        if (choices.Length == 0)
            return 0;
        var best = choices.MinBy(Left);
        long gain = surplus - gap - Left(best);
        if (best.Load == 0 || gain < Math.Max(1, best.Load / 4) || (_recent[best.Task] != 0 && Left(best) * 2 > surplus - gap))
            return 0;
        _tasks[from].Remove(best);
        _plan.Add(new Transfer(best.Task, (byte)from, (byte)to));
        _load[from] -= best.Load;
        _load[to] += best.Load;
        return best.Load;
    }
}
