// SPDX-License-Identifier: GPL-2.0-only
using Wd40.LoadBalance;

namespace Wd40.UnitTests.LoadBalance;

public sealed class BalancePlannerTests
{
    /// <summary>So that a plan shows all moves that would be made in the end, not the first half of them.</summary>
    private static readonly BalanceThresholds _wholeSurplus = new() { Cutoff = 1 };

    private static Transfer[] Plan(uint[] load, byte[] domain, ulong[]? allowed = null, byte[]? recent = null,
        uint[]? capacity = null, byte[]? node = null, ulong[]? preferred = null, bool full = false, BalanceThresholds? thresholds = null)
    {
        node ??= new byte[capacity?.Length ?? domain.Max() + 1];
        return [.. new BalancePlanner(Math.Max(load.Length, 1), thresholds ?? _wholeSurplus).Plan(new BalanceRound
        {
            Load = load,
            Domain = domain,
            Allowed = allowed,
            Recent = recent,
            Preferred = preferred,
            Full = full,
            Capacity = capacity ?? [.. node.Select(_ => 1024u)],
            Node = node,
            Nodes = node.Max() + 1,
        })];
    }

    [Test]
    public void Plans_equal_those_of_a_straightforward_planner([Range(0, 59)] int seed)
    {
        var random = new Random(seed);
        int domains = random.Next(2, 17), nodes = random.Next(1, Math.Min(domains, 4) + 1), tasks = random.Next(1, 3000);
        byte[] node = [.. Enumerable.Range(0, domains).Select(d => (byte)(d * nodes / domains))];
        uint[] capacity = [.. node.Select(_ => (uint)random.Next(1, 9) * 1024)];
        int crowded = random.Next(domains);
        byte[] domain = [.. Enumerable.Range(0, tasks).Select(_ => (byte)(random.Next(3) == 0 ? crowded : random.Next(domains)))];
        uint limit = seed % 3 == 0 ? 4u : 2_000_000;
        uint[] load = [.. Enumerable.Range(0, tasks).Select(_ => (uint)random.NextInt64(limit))];
        ulong[] allowed = [.. Enumerable.Range(0, tasks).Select(_ => random.Next(4) == 0 ? (ulong)random.NextInt64(1L << domains) : ulong.MaxValue)];
        byte[] recent = [.. Enumerable.Range(0, tasks).Select(_ => (byte)(random.Next(5) == 0 ? 1 : 0))];
        // Some favour a node, as policies do; some a set of domains that no policy makes.
        ulong DomainsOf(int n) => Enumerable.Range(0, domains).Where(d => node[d] == n).Aggregate(0ul, (set, d) => set | 1ul << d);
        ulong[] preferred = [.. Enumerable.Range(0, tasks).Select<int, ulong>(i => random.Next(9) switch
        {
            < 6 => 0ul,
            < 8 => DomainsOf(i % nodes),
            _ => (ulong)random.NextInt64(1L << domains),
        })];
        bool full = seed % 2 == 0;
        var thresholds = new BalanceThresholds { Cutoff = (seed % 4) switch { 0 => 1, 1 => 0.2, _ => 0.5 } };
        var expected = new ReferencePlanner(load, domain, allowed, recent, preferred, full, capacity, node, nodes, thresholds.Cutoff).Plan();
        Assert.That(Plan(load, domain, allowed, recent, capacity, node, preferred, full, thresholds), Is.EqualTo(expected));
    }

    [Test]
    public void A_planner_can_be_used_again()
    {
        var planner = new BalancePlanner(4, _wholeSurplus);
        uint[] load = [100, 100, 100, 100];
        byte[] domain = [0, 0, 0, 0];
        for (int i = 0; i < 3; i++)
        {
            var plan = planner.Plan(new BalanceRound { Load = load, Domain = domain, Capacity = [1024, 1024], Node = [0, 0] });
            Assert.That(plan.Length, Is.EqualTo(2));
        }
    }

    [TestCase(49, 1), TestCase(50, 0)]
    public void A_negligible_surplus_is_left_alone(long negligible, int moves)
    {
        var plan = new BalancePlanner(2).Plan(new BalanceRound
        {
            Load = [50, 50],
            Domain = [0, 0],
            Capacity = [1024, 1024],
            Node = [0, 0],
            Negligible = negligible,
        });
        Assert.That(plan.Length, Is.EqualTo(moves));
    }

    [Test]
    public void An_odd_task_does_not_move() => Assert.That(Plan([100, 100, 100, 100, 100], [0, 0, 0, 1, 1]), Is.Empty);

    [TestCase(170u, 1), TestCase(190u, 0)]
    public void A_move_must_improve_by_a_quarter_of_the_load_that_moves(uint load, int moves)
    {
        // 1100 : 900. Moving 170 leaves 930 : 1070, an improvement of 60 in both together; 190 leaves 910 : 1090, an improvement of 20.
        Assert.That(Plan([load, 1100 - load, 900], [0, 0, 1], [0b11, 0b01, 0b10]), Has.Length.EqualTo(moves));
    }

    [Test]
    public void A_task_refused_by_one_domain_is_a_candidate_for_the_next()
    {
        // Both tasks that could go may go to domain 2 only, and domain 1 is asked first.
        var plan = Plan([100, 100, 100, 100, 50], [0, 0, 0, 0, 2], [0b101, 0b101, 0b001, 0b001, ulong.MaxValue]);
        Assert.That(plan, Is.Not.Empty.And.All.Matches<Transfer>(transfer => transfer.To == 2));
    }

    [Test]
    public void A_task_moved_lately_moves_only_if_that_halves_the_imbalance()
    {
        uint[] load = [100, 30, 30, 30];
        byte[] domain = [0, 0, 0, 0];
        Assert.That(Plan(load, domain, capacity: [1024, 1024]).First().Task, Is.EqualTo(0));
        Assert.That(Plan([100, 100, 100, 10], [0, 0, 1, 1], recent: [1, 1, 1, 1]), Is.Empty);
    }

    [Test]
    public void Nodes_within_their_threshold_are_left_alone()
    {
        // Node 0 has 11, node 1 has 9: 10 % above the mean, less than 17 %; each node is even in itself.
        uint[] load = [.. Enumerable.Repeat(100u, 22 + 18)];
        byte[] domain = [.. Enumerable.Range(0, 40).Select(i => (byte)(i < 11 ? 0 : i < 22 ? 1 : i < 31 ? 2 : 3))];
        Assert.That(Plan(load, domain, node: [0, 0, 1, 1]), Is.Empty);
    }

    [Test]
    public void Nodes_beyond_their_threshold_drain_to_it_in_one_round()
    {
        uint[] load = [.. Enumerable.Repeat(100u, 40)];
        byte[] domain = [.. Enumerable.Range(0, 40).Select(i => (byte)(i % 2))];
        var plan = Plan(load, domain, node: [0, 0, 1, 1], capacity: [1024, 1024, 1024, 1024]);
        int moved = plan.Count(transfer => transfer.To >= 2 && transfer.From < 2);
        Assert.That(moved, Is.InRange(16, 20), "20 of 40 are due; the last may stay within 17 % of 20");
    }

    [TestCase(0.5, 10), TestCase(0.25, 5), TestCase(1, 17), TestCase(0.01, 1, Description = "one that is over always gives something")]
    public void Nodes_give_the_cutoffs_part_of_their_surplus_in_a_round(double cutoff, int moves)
    {
        // 40 and 0: a surplus of 20, of which the last 17 % may stay.
        byte[] domain = new byte[40];
        var plan = Plan([.. domain.Select(_ => 100u)], domain, node: [0, 1], thresholds: new BalanceThresholds { Cutoff = cutoff });
        Assert.That(plan, Has.Length.EqualTo(moves));
    }

    [TestCase(0.5, 4), TestCase(0.25, 2), TestCase(1, 8), TestCase(0.01, 1)]
    public void Domains_give_the_cutoffs_part_of_their_surplus_in_a_round(double cutoff, int moves)
    {
        byte[] domain = new byte[16];
        var plan = Plan([.. domain.Select(_ => 100u)], domain, capacity: [1024, 1024], thresholds: new BalanceThresholds { Cutoff = cutoff });
        Assert.That(plan, Has.Length.EqualTo(moves));
    }

    [TestCase(0.05, 1), TestCase(0.11, 0), TestCase(0, 1)]
    public void Domains_within_their_threshold_are_left_alone(double threshold, int moves)
    {
        // 11 : 9, 10 % above the share.
        byte[] domain = [.. Enumerable.Range(0, 20).Select(i => (byte)(i < 11 ? 0 : 1))];
        Assert.That(Plan([.. domain.Select(_ => 100u)], domain, thresholds: new BalanceThresholds { Domain = threshold }), Has.Length.EqualTo(moves));
    }

    [TestCase(0.05, 1), TestCase(0.17, 0)]
    public void The_threshold_between_nodes_is_one_of_its_own(double threshold, int moves)
    {
        // The same as two nodes of one domain each, where the threshold between domains says nothing.
        byte[] domain = [.. Enumerable.Range(0, 20).Select(i => (byte)(i < 11 ? 0 : 1))];
        var thresholds = new BalanceThresholds { Node = threshold };
        Assert.That(Plan([.. domain.Select(_ => 100u)], domain, node: [0, 1], thresholds: thresholds), Has.Length.EqualTo(moves));
    }

    /// <summary>2 nodes of one domain and 4 CPUs each; an always-runnable task has 102400.</summary>
    private static Transfer[] PlanOnTwoNodes(byte[] domain, ulong[] preferred, bool full = false) =>
        Plan([.. domain.Select(_ => 102_400u)], domain, capacity: [4096, 4096], node: [0, 1], preferred: preferred, full: full);

    [TestCase(4, 0)]
    [TestCase(5, 1, Description = "5 on 4 CPUs are beyond 17 %, 4 are not")]
    public void Tasks_stay_on_the_node_they_prefer_while_it_has_room(int tasks, int moves)
    {
        byte[] domain = [.. Enumerable.Repeat((byte)1, tasks)];
        Assert.That(PlanOnTwoNodes(domain, [.. domain.Select(_ => 0b10ul)]), Has.Length.EqualTo(moves));
        Assert.That(PlanOnTwoNodes(domain, [.. domain.Select(_ => 0ul)]), Has.Length.EqualTo(2), "without preference");
        Assert.That(PlanOnTwoNodes(domain, [.. domain.Select(_ => 0b11ul)]), Has.Length.EqualTo(2), "preference for both nodes");
    }

    [Test]
    public void A_full_machine_moves_tasks_away_from_the_node_they_prefer()
    {
        byte[] domain = [1, 1, 1, 1];
        Assert.That(PlanOnTwoNodes(domain, [0b10, 0b10, 0b10, 0b10], full: true), Has.Length.EqualTo(2));
    }

    [Test]
    public void Tasks_that_prefer_the_taker_go_first_and_those_that_prefer_the_giver_last()
    {
        byte[] domain = [0, 0, 0, 0];
        Assert.That(PlanOnTwoNodes(domain, [0b01, 0, 0b01, 0b10]).Select(transfer => transfer.Task), Is.EqualTo(new[] { 3, 1 }));
        Assert.That(PlanOnTwoNodes(domain, [0b01, 0b01, 0b01, 0]).Select(transfer => transfer.Task), Is.EqualTo(new[] { 3 }), "the others stay");
    }

    [Test]
    public void No_tasks_no_plan() => Assert.That(Plan([], [], capacity: [1024, 1024]), Is.Empty);
}
