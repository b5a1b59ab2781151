// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.LoadBalance;

/// <summary>
/// Plans moves as the module rusty does, by the shares of the domains.
/// <para>
/// A domain's share of its group's load goes by capacity. It pushes while its surplus is above the threshold, it pulls while it is below its
/// share. The most overloaded domain gives to the least loaded one: of its tasks the largest that fits the smaller of surplus and gap, and
/// the smallest that does not, the one that leaves the smaller imbalance (the first on ties). A move must improve the sum of both imbalances
/// by a quarter of the task's load, so an odd task does not go back and forth; a task moved lately must halve it. A task that one domain
/// refuses stays a candidate for the next. Nodes are balanced first, from their most to their least loaded domains; then the domains of each
/// node. Who has given the cut-off's part of its surplus gives no more in this round.
/// </para>
/// <para>
/// Tasks whose memory policy favours the taker but not the giver are tried first. A task that is where its policy wants it leaves only if
/// its node is overloaded: beyond the node threshold, and while the machine is not full also beyond what the node's CPUs can run.
/// </para>
/// </summary>
public sealed class BalancePlanner : RoundPlanner
{
    /// <summary>Improvement that a move must bring, as a part of the load that moves: 1 / 2^this.</summary>
    private const int MarginShift = 2;

    /// <summary>Load of always-runnable tasks that a unit of capacity runs, as long as weights do not count: 102400 for 1024.</summary>
    private const long LoadPerCapacity = 100;

    private readonly long[] _target = new long[MaxDomains];
    private readonly long[] _nodeImbalance = new long[MaxDomains], _nodeTarget = new long[MaxDomains], _nodeRoom = new long[MaxDomains];
    private readonly long[] _nodeLeft = new long[MaxDomains];
    private long _negligible;

    /// <summary>Allocates for a number of tasks.</summary>
    /// <param name="maxTasks">Most tasks of a round, up to 2^20 - 1.</param>
    /// <param name="thresholds">When to act.</param>
    public BalancePlanner(int maxTasks, BalanceThresholds? thresholds = null)
        : base(maxTasks, thresholds)
    {
    }

    private protected override void Begin(in BalanceRound round)
    {
        _negligible = round.Negligible;
        Shares(round);
    }

    private protected override void PlanMoves(in BalanceRound round)
    {
        int domains = round.Capacity.Length;
        ulong push = 0;
        bool nodesDiffer = round.Nodes > 1 && NodesDiffer(round.Nodes);
        for (int domain = 0; domain < domains; domain++)
        {
            // A domain of an overloaded node may have to give although its own node is even.
            if (IsOver(domain) || (nodesDiffer && _nodeImbalance[round.Node[domain]] > 0))
                push |= 1ul << domain;
        }
        if (push == 0)
            return;
        _lists.Collect(round, push, _counts.AsSpan(0, domains));
        if (nodesDiffer)
        {
            BalanceNodes(round, push);
            Shares(round);
        }
        for (int node = 0; node < round.Nodes; node++)
            BalanceDomains(round, push, node);
    }

    private long Threshold(double part, long target) => Math.Max((long)(part * target), _negligible);

    private bool IsOver(int domain) => _imbalance[domain] > Threshold(Thresholds.Domain, _target[domain]);

    private bool NodesDiffer(int nodes)
    {
        for (int node = 0; node < nodes; node++)
        {
            if (_nodeImbalance[node] > Threshold(Thresholds.Node, _nodeTarget[node]))
                return true;
        }
        return false;
    }

    /// <summary>Shares of the domains within their node, and of the nodes within the machine.</summary>
    private void Shares(in BalanceRound round)
    {
        int domains = round.Capacity.Length;
        long total = 0, capacity = 0;
        for (int domain = 0; domain < domains; domain++)
        {
            total += _load[domain];
            capacity += round.Capacity[domain];
        }
        for (int node = 0; node < round.Nodes; node++)
        {
            long nodeLoad = 0, nodeCapacity = 0;
            for (int domain = 0; domain < domains; domain++)
            {
                if (round.Node[domain] != node)
                    continue;
                nodeLoad += _load[domain];
                nodeCapacity += round.Capacity[domain];
            }
            _nodeTarget[node] = Share(total, nodeCapacity, capacity);
            _nodeRoom[node] = nodeCapacity * LoadPerCapacity;
            _nodeImbalance[node] = nodeLoad - _nodeTarget[node];
            for (int domain = 0; domain < domains; domain++)
            {
                if (round.Node[domain] != node)
                    continue;
                _target[domain] = Share(nodeLoad, round.Capacity[domain], nodeCapacity);
                _imbalance[domain] = _load[domain] - _target[domain];
            }
        }
    }

    private static long Share(long load, long capacity, long all) => all == 0 ? 0 : (long)((Int128)load * capacity / all);

    private void BalanceNodes(in BalanceRound round, ulong push)
    {
        for (int node = 0; node < round.Nodes; node++)
            _nodeLeft[node] = Cutoff(_nodeImbalance[node]);
        ulong givers = DomainSet.All(round.Nodes);
        while (givers != 0)
        {
            int from = DomainSet.Most(_nodeImbalance, givers);
            if (_nodeImbalance[from] <= Threshold(Thresholds.Node, _nodeTarget[from]))
                return;
            long moved = MoveBetweenNodes(round, push, from);
            if (moved == 0)
                return;
            _nodeLeft[from] -= moved;
            if (_nodeLeft[from] <= 0)
                givers &= ~(1ul << from);
        }
    }

    /// <summary>What one with this surplus gives in a round, but for the task that goes beyond it.</summary>
    private long Cutoff(long surplus) => Math.Max(1, (long)(Thresholds.Cutoff * surplus));

    /// <summary>Plans one move out of a node.</summary>
    /// <returns>The load that moves, 0: none.</returns>
    private long MoveBetweenNodes(in BalanceRound round, ulong push, int from)
    {
        ulong triedNodes = 1ul << from;
        for (int attempt = 1; attempt < round.Nodes; attempt++)
        {
            int to = DomainSet.Least(_nodeImbalance.AsSpan(0, round.Nodes), triedNodes);
            if (to < 0 || _nodeImbalance[to] >= 0)
                return 0;
            triedNodes |= 1ul << to;
            ulong givers = DomainSet.DomainsOf(round, from) & push;
            while (givers != 0)
            {
                int giver = DomainSet.Most(_load, givers);
                givers &= ~(1ul << giver);
                ulong takers = DomainSet.DomainsOf(round, to);
                while (takers != 0)
                {
                    int taker = DomainSet.Least(_load, ~takers);
                    if (taker < 0)
                        break;
                    takers &= ~(1ul << taker);
                    long moved = Move(round, giver, taker, _nodeImbalance[from], _nodeImbalance[to]);
                    if (moved == 0)
                        continue;
                    _nodeImbalance[from] -= moved;
                    _nodeImbalance[to] += moved;
                    return moved;
                }
            }
        }
        return 0;
    }

    private void BalanceDomains(in BalanceRound round, ulong push, int node)
    {
        ulong members = DomainSet.DomainsOf(round, node), given = 0;
        for (; ; )
        {
            int from = DomainSet.Most(_imbalance, members & push & ~given);
            if (from < 0 || !IsOver(from))
                return;
            given |= 1ul << from;
            ulong refused = ~members | 1ul << from;
            long left = Cutoff(_imbalance[from]);
            while (IsOver(from) && left > 0)
            {
                int to = DomainSet.Least(_imbalance, refused);
                if (to < 0 || _imbalance[to] >= 0)
                    break;
                long moved = Move(round, from, to, _imbalance[from], _imbalance[to]);
                if (moved == 0)
                {
                    refused |= 1ul << to;
                    continue;
                }
                left -= moved;
                _imbalance[from] -= moved;
                _imbalance[to] += moved;
            }
        }
    }

    /// <summary>Plans one move from a domain to another if one improves matters: of a task that prefers the taker, else of any.</summary>
    /// <returns>The load that moves, 0: none.</returns>
    private long Move(in BalanceRound round, int from, int to, long surplus, long gap)
    {
        if (round.Preferred.IsEmpty)
            return Move(round, from, to, surplus, gap, Candidates.All);
        long moved = Move(round, from, to, surplus, gap, Candidates.ComingHome);
        if (moved > 0)
            return moved;
        return Move(round, from, to, surplus, gap, IsCrowded(round, round.Node[from]) ? Candidates.All : Candidates.NotLeavingHome);
    }

    /// <summary>Whether even tasks that prefer a node may leave it.</summary>
    private bool IsCrowded(in BalanceRound round, int node) => _nodeImbalance[node] > Threshold(Thresholds.Node, _nodeTarget[node])
        && (round.Full || _nodeTarget[node] + _nodeImbalance[node] > _nodeRoom[node] + Threshold(Thresholds.Node, _nodeRoom[node]));

    private long Move(in BalanceRound round, int from, int to, long surplus, long gap, Candidates which)
    {
        long goal = Math.Min(Math.Min(surplus, -gap), uint.MaxValue);
        if (goal <= 0)
            return 0;
        int below = _lists.AtMost(from, (uint)goal);
        while (below >= 0 && !which.Admits(round, _lists.TaskAt(below), from, to))
            below = _lists.Before(from, below);
        int above = _lists.AtLeast(from, (uint)goal);
        while (above >= 0 && !which.Admits(round, _lists.TaskAt(above), from, to))
            above = _lists.After(from, above + 1);
        long before = surplus - gap;
        long left = below < 0 ? long.MaxValue : Left(surplus, gap, _lists.LoadAt(below));
        int best = above >= 0 && Left(surplus, gap, _lists.LoadAt(above)) < left ? above : below;
        if (best < 0)
            return 0;
        long load = _lists.LoadAt(best);
        long after = Left(surplus, gap, load);
        if (load == 0 || before - after < Math.Max(1, load >> MarginShift))
            return 0;
        if (!round.Recent.IsEmpty && round.Recent[_lists.TaskAt(best)] != 0 && after * 2 > before)
            return 0;
        return Transfer(best, from, to);
    }

    private static long Left(long surplus, long gap, long load) => Math.Abs(surplus - load) + Math.Abs(gap + load);
}
