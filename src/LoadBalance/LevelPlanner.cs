// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.LoadBalance;

/// <summary>
/// Plans moves as water flows between vessels of unequal size: from the highest to the lowest until they stand level.
/// <para>
/// The level of a domain is its load per capacity. Two domains a and b with capacities A and B are level after a flow of
/// <c>(level a - level b) / (1/A + 1/B)</c>, see <see cref="Vessels"/>. The pair counts as uneven when the flow is more than the threshold's
/// part of what the <em>smaller</em> of the two holds at their common level: what is little for a large domain is much for a small one. The task
/// whose load is next to the flow goes, if the pair is better off by it; then the next one, until no task improves the pair: the threshold says when to
/// begin, not how much to leave. From domains that can give nothing to a lower one it goes on to those below them. So a domain whose tasks may not leave it does not keep the others from evening out.
/// </para>
/// <para>
/// Nodes are levelled first, by a threshold of their own, then the domains of each node. All that is due goes in one round: a task carries its
/// running average with it, so that the figures of both domains are right at once. In return a task moved lately stays where it is.
/// Memory policies count as in <see cref="BalancePlanner"/>.
/// </para>
/// </summary>
public sealed class LevelPlanner : RoundPlanner
{
    private readonly ulong[] _refused = new ulong[MaxDomains];
    private readonly Vessels _domains = new(MaxDomains), _nodes = new(MaxDomains);

    /// <summary>Allocates for a number of tasks.</summary>
    /// <param name="maxTasks">Most tasks of a round, up to 2^20 - 1.</param>
    /// <param name="thresholds">When to act; the cut-off is not used.</param>
    public LevelPlanner(int maxTasks, BalanceThresholds? thresholds = null)
        : base(maxTasks, thresholds)
    {
    }

    private protected override void Begin(in BalanceRound round)
    {
        _domains.Clear(round.Capacity.Length);
        _nodes.Clear(round.Nodes);
        for (int domain = 0; domain < round.Capacity.Length; domain++)
        {
            _domains.Add(domain, _load[domain], round.Capacity[domain]);
            _nodes.Add(round.Node[domain], _load[domain], round.Capacity[domain]);
        }
        SetImbalances(round);
    }

    private protected override void PlanMoves(in BalanceRound round)
    {
        ulong givers = Givers(round);
        if (givers == 0)
            return;
        _lists.Collect(round, givers, _counts.AsSpan(0, round.Capacity.Length));
        LevelNodes(round, givers);
        for (int node = 0; node < round.Nodes; node++)
            LevelDomains(round, givers, node);
        SetImbalances(round);
    }

    /// <summary>The share is that of the domain's capacity in the machine's, also where there are nodes.</summary>
    private void SetImbalances(in BalanceRound round)
    {
        double load = 0, capacity = 0;
        for (int domain = 0; domain < round.Capacity.Length; domain++)
        {
            load += _load[domain];
            capacity += round.Capacity[domain];
        }
        for (int domain = 0; domain < round.Capacity.Length; domain++)
            _imbalance[domain] = _load[domain] - (long)(load * round.Capacity[domain] / capacity);
    }

    /// <summary>Domains that stand higher than some other one by more than the threshold between the two.</summary>
    private ulong Givers(in BalanceRound round)
    {
        double least = Math.Min(Thresholds.Domain, Thresholds.Node);
        ulong givers = 0;
        for (int from = 0; from < round.Capacity.Length; from++)
        {
            for (int to = 0; to < round.Capacity.Length; to++)
            {
                if (_domains.Uneven(from, to, round.Node[from] == round.Node[to] ? Thresholds.Domain : least, round.Negligible))
                    givers |= 1ul << from;
            }
        }
        return givers;
    }

    private void LevelNodes(in BalanceRound round, ulong givers)
    {
        ulong sources = DomainSet.All(round.Nodes);
        while (sources != 0)
        {
            int from = DomainSet.Most(_nodes.Levels, sources);
            ulong refused = 1ul << from;
            bool moved = false;
            while (!moved)
            {
                int to = DomainSet.Least(_nodes.Levels, refused);
                if (to < 0 || _nodes.Levels[to] >= _nodes.Levels[from])
                    break;
                refused |= 1ul << to;
                moved = _nodes.Flows(from, to, Thresholds.Node, round.Negligible) && MoveBetweenNodes(round, givers, from, to);
            }
            if (!moved)
                sources &= ~(1ul << from);
        }
    }

    /// <summary>Plans one move from a node to another, out of its highest domain that can give and into the lowest that can take.</summary>
    private bool MoveBetweenNodes(in BalanceRound round, ulong givers, int fromNode, int toNode)
    {
        ulong takers = DomainSet.DomainsOf(round, toNode);
        for (ulong left = DomainSet.DomainsOf(round, fromNode) & givers; left != 0;)
        {
            int from = DomainSet.Most(_domains.Levels, left);
            left &= ~(1ul << from);
            for (ulong refused = ~takers; ;)
            {
                int to = DomainSet.Least(_domains.Levels, refused);
                if (to < 0 || _domains.Levels[to] >= _domains.Levels[from])
                    break;
                refused |= 1ul << to;
                double goal = Math.Min(_nodes.Flow(fromNode, toNode), _domains.Flow(from, to));
                double limit = Math.Min(_nodes.Limit(fromNode, toNode), _domains.Limit(from, to));
                if (Move(round, from, to, goal, limit))
                    return true;
            }
        }
        return false;
    }

    private void LevelDomains(in BalanceRound round, ulong givers, int node)
    {
        ulong members = DomainSet.DomainsOf(round, node), sources = members & givers;
        for (ulong set = sources; set != 0; set &= set - 1)
            _refused[System.Numerics.BitOperations.TrailingZeroCount(set)] = ~members;
        while (sources != 0)
        {
            int from = DomainSet.Most(_domains.Levels, sources);
            int to = DomainSet.Least(_domains.Levels, _refused[from] | 1ul << from);
            if (to < 0 || _domains.Levels[to] >= _domains.Levels[from])
                sources &= ~(1ul << from);
            else if (!_domains.Flows(from, to, Thresholds.Domain, round.Negligible) || !Move(round, from, to, _domains.Flow(from, to), _domains.Limit(from, to)))
                _refused[from] |= 1ul << to;
        }
    }

    /// <summary>Plans one move from a domain to another if a task fits: one that prefers the taker, else any.</summary>
    private bool Move(in BalanceRound round, int from, int to, double goal, double limit)
    {
        if (round.Preferred.IsEmpty)
            return Move(round, from, to, goal, limit, Candidates.All);
        return Move(round, from, to, goal, limit, Candidates.ComingHome)
            || Move(round, from, to, goal, limit, IsCrowded(round, round.Node[from]) ? Candidates.All : Candidates.NotLeavingHome);
    }

    /// <summary>Whether even tasks that prefer a node may leave it.</summary>
    private bool IsCrowded(in BalanceRound round, int node)
    {
        double above = 1 + Thresholds.Node;
        return _nodes.Levels[node] > _nodes.Level * above && (round.Full || _nodes.Levels[node] > Vessels.FullLevel * above);
    }

    private bool Move(in BalanceRound round, int from, int to, double goal, double limit, Candidates which)
    {
        uint wanted = (uint)Math.Min(goal, uint.MaxValue);
        int below = _lists.AtMost(from, wanted);
        while (below >= 0 && !MayMove(round, _lists.TaskAt(below), from, to, which))
            below = _lists.Before(from, below);
        int above = _lists.AtLeast(from, wanted);
        while (above >= 0 && _lists.LoadAt(above) <= limit && !MayMove(round, _lists.TaskAt(above), from, to, which))
            above = _lists.After(from, above + 1);
        int best = below;
        if (above >= 0 && _lists.LoadAt(above) <= limit && (below < 0 || _lists.LoadAt(above) - goal < goal - _lists.LoadAt(below)))
            best = above;
        if (best < 0 || _lists.LoadAt(best) == 0)
            return false;
        long load = Transfer(best, from, to);
        Account(round, from, -load);
        Account(round, to, load);
        return true;
    }

    private static bool MayMove(in BalanceRound round, int task, int from, int to, Candidates which) =>
        (round.Recent.IsEmpty || round.Recent[task] == 0) && which.Admits(round, task, from, to);

    private void Account(in BalanceRound round, int domain, long load)
    {
        _domains.Add(domain, load, 0);
        _nodes.Add(round.Node[domain], load, 0);
    }
}
