// SPDX-License-Identifier: GPL-2.0-only
using Wd40.LoadBalance;

namespace Wd40.UnitTests.LoadBalance;

/// <summary>Rules of the level planner, and what holds for any round.</summary>
public sealed class LevelPlannerTests
{
    private static Transfer[] Plan(uint[] load, byte[] domain, uint[] cpus, ulong[]? allowed = null, byte[]? recent = null, byte[]? node = null,
        ulong[]? preferred = null, bool full = false, long negligible = 0, BalanceThresholds? thresholds = null)
    {
        node ??= new byte[cpus.Length];
        return [.. new LevelPlanner(Math.Max(load.Length, 1), thresholds).Plan(new BalanceRound
        {
            Load = load,
            Domain = domain,
            Allowed = allowed,
            Recent = recent,
            Preferred = preferred,
            Full = full,
            Negligible = negligible,
            Capacity = [.. cpus.Select(c => c * 1024)],
            Node = node,
            Nodes = node.Max() + 1,
        })];
    }

    private static uint[] Alike(int count, uint load = 100) => [.. Enumerable.Repeat(load, count)];

    /// <summary>As many tasks in each domain as it says.</summary>
    private static byte[] In(params int[] counts) => [.. counts.SelectMany((count, domain) => Enumerable.Repeat((byte)domain, count))];

    [TestCase(12, 0, 9)]
    [TestCase(6, 6, 3)]
    [TestCase(3, 9, 0)]
    [TestCase(2, 10, 1)]
    [TestCase(0, 12, 3)]
    public void All_that_is_due_between_unequal_domains_goes_at_once(int small, int large, int moves) =>
        Assert.That(Plan(Alike(12), In(small, large), [2, 6]), Has.Length.EqualTo(moves));

    [TestCase(2, 10, 1)]
    [TestCase(3, 9, 0)]
    public void Nodes_are_judged_by_the_smaller_one(int small, int large, int moves) =>
        Assert.That(Plan(Alike(12), In(small, large), [2, 6], node: [0, 1]), Has.Length.EqualTo(moves));

    /// <summary>7 and 5 where 6 are due: 16.7 % of the smaller one.</summary>
    [TestCase(0.16, 1)]
    [TestCase(0.17, 0)]
    public void Nodes_have_a_threshold_of_their_own(double threshold, int moves) =>
        Assert.That(Plan(Alike(12), In(7, 5), [4, 4], node: [0, 1], thresholds: new() { Node = threshold }), Has.Length.EqualTo(moves));

    /// <summary>The threshold says when to begin, not how much to leave: 7 and 5 are within it, and yet not where a flow ends that has begun.</summary>
    [TestCase(7, 5, 0)]
    [TestCase(8, 4, 2)]
    [TestCase(12, 0, 6)]
    public void What_has_begun_to_flow_between_nodes_flows_until_they_are_level(int first, int second, int moves) =>
        Assert.That(Plan(Alike(12), In(first, second), [4, 4], node: [0, 1]), Has.Length.EqualTo(moves));

    [TestCase(0.05, 1)]
    [TestCase(0.16, 1)]
    [TestCase(0.17, 0)]
    public void Domains_within_their_threshold_are_left_alone(double threshold, int moves) =>
        Assert.That(Plan(Alike(12), In(7, 5), [4, 4], thresholds: new() { Domain = threshold }), Has.Length.EqualTo(moves));

    [TestCase(99, 1)]
    [TestCase(100, 0)]
    public void A_negligible_flow_is_left_alone(long negligible, int moves) =>
        Assert.That(Plan(Alike(2), In(2, 0), [2, 2], negligible: negligible), Has.Length.EqualTo(moves));

    [Test]
    public void An_odd_task_does_not_move() => Assert.That(Plan(Alike(5), In(3, 2), [2, 2]), Is.Empty);

    /// <summary>A flow of 100; 175 improves matters by an eighth of it.</summary>
    [TestCase(175u, 1)]
    [TestCase(176u, 0)]
    public void A_task_much_larger_than_the_flow_stays(uint load, int moves) =>
        Assert.That(Plan([load, 600 - load, 400], In(2, 1), [4, 4], allowed: [0b11, 0b01, 0b10]), Has.Length.EqualTo(moves));

    /// <summary>8 on 6 CPUs, none on 1: a task of 1.2 would improve the sum of squares, and leave the small domain higher than the large one was.</summary>
    [TestCase(130u, 1)]
    [TestCase(134u, 0)]
    public void A_small_domain_does_not_come_to_stand_higher_than_the_large_one_did(uint load, int moves) =>
        Assert.That(Plan([load, 800 - load], [0, 0], [6, 1], allowed: [0b11, 0b01]), Has.Length.EqualTo(moves));

    [Test]
    public void The_task_next_to_the_flow_goes() =>
        Assert.That(Plan([40, 90, 130, 340, 400], In(4, 1), [4, 4])[0].Task, Is.EqualTo(1), "a flow of 100 of 600 : 400");

    /// <summary>10 that may not leave domain 0; 5 and 1 in the others, of which both are below the share. Rusty sees no giver there.</summary>
    [Test]
    public void A_domain_that_cannot_give_does_not_keep_others_from_evening_out()
    {
        ulong[] allowed = [.. Enumerable.Repeat(0b001ul, 10), .. Enumerable.Repeat(0b111ul, 6)];
        Assert.That(Plan(Alike(16), In(10, 5, 1), [4, 4, 4], allowed), Has.Length.EqualTo(2).And.All.Matches<Transfer>(t => t is { From: 1, To: 2 }));
        var rusty = new BalancePlanner(16).Plan(new BalanceRound
        {
            Load = Alike(16),
            Domain = In(10, 5, 1),
            Allowed = allowed,
            Capacity = [4096, 4096, 4096],
            Node = [0, 0, 0],
        });
        Assert.That(rusty.Length, Is.Zero, "control");
    }

    [Test]
    public void A_task_moved_lately_stays_whatever_it_would_bring() =>
        Assert.That(Plan(Alike(4), In(4, 0), [2, 2], recent: [1, 1, 0, 1]).Select(transfer => transfer.Task), Is.EqualTo(new[] { 2 }));

    [TestCase(4, false, 0)]
    [TestCase(5, false, 1, Description = "5 on 4 CPUs are beyond 17 %, 4 are not")]
    [TestCase(4, true, 2)]
    public void Tasks_stay_on_the_node_they_prefer_while_it_has_room(int tasks, bool full, int moves) =>
        Assert.That(Plan(Alike(tasks, 102_400), In(0, tasks), [4, 4], node: [0, 1], full: full, preferred: [.. Enumerable.Repeat(0b10ul, tasks)]),
            Has.Length.EqualTo(moves));

    [Test]
    public void Tasks_that_prefer_the_taker_go_first() =>
        Assert.That(Plan(Alike(4, 102_400), In(4, 0), [4, 4], node: [0, 1], preferred: [0b01, 0, 0b01, 0b10]).Select(transfer => transfer.Task),
            Is.EqualTo(new[] { 3, 1 }));

    [Test]
    public void No_tasks_no_plan() => Assert.That(Plan([], [], [4, 4]), Is.Empty);

    [Test]
    public void Small_tasks_fill_all_domains_to_one_level([Range(0, 9)] int seed)
    {
        var random = new Random(seed);
        uint[] cpus = [.. Enumerable.Range(0, random.Next(2, 20)).Select(_ => (uint)random.Next(1, 9))];
        byte[] domain = [.. Enumerable.Range(0, 200 * cpus.Length).Select(_ => (byte)Math.Min(random.Next(cpus.Length), random.Next(cpus.Length)))];
        uint[] load = [.. domain.Select(_ => (uint)random.Next(1, 100))];
        Assert.That(Levels(load, domain, cpus).Max() / Levels(load, domain, cpus).Min(), Is.GreaterThan(1.3), "control");
        foreach (var transfer in Plan(load, domain, cpus))
            domain[transfer.Task] = transfer.To;
        double[] levels = Levels(load, domain, cpus);
        // Each pair is within the threshold of its common level, on both sides; the rest is what the last task is.
        Assert.That(levels.Max() / levels.Min(), Is.LessThanOrEqualTo(1.05 / 0.95 * 1.01));
    }

    /// <summary>
    /// Any round: a task moves at most once, from where it is, to where it may go, not if it was moved lately; each move lowers the sum of
    /// squares, and none widens the range of the levels.
    /// </summary>
    [FsCheck.NUnit.Property(MaxTest = 400)]
    public void No_move_makes_matters_worse(int seed)
    {
        var random = new Random(seed);
        int domains = random.Next(2, 17), nodes = random.Next(1, Math.Min(domains, 4) + 1), tasks = random.Next(1, 400);
        byte[] node = [.. Enumerable.Range(0, domains).Select(d => (byte)(d * nodes / domains))];
        uint[] cpus = [.. node.Select(_ => (uint)random.Next(1, 9))];
        byte[] domain = [.. Enumerable.Range(0, tasks).Select(_ => (byte)Math.Min(random.Next(domains), random.Next(domains)))];
        uint limit = random.Next(3) == 0 ? 4u : 2_000_000;
        uint[] load = [.. domain.Select(_ => (uint)random.NextInt64(limit))];
        ulong[] allowed = [.. domain.Select(_ => random.Next(4) == 0 ? (ulong)random.NextInt64(1L << domains) : ulong.MaxValue)];
        byte[] recent = [.. domain.Select(_ => (byte)(random.Next(5) == 0 ? 1 : 0))];
        ulong[] preferred = [.. domain.Select(_ => random.Next(3) == 0 ? (ulong)random.NextInt64(1L << domains) : 0)];
        var plan = Plan(load, domain, cpus, allowed, recent, node, preferred, random.Next(2) == 0);
        Assert.That(plan.Select(transfer => transfer.Task), Is.Unique);
        double[] levels = Levels(load, domain, cpus);
        foreach (var (task, from, to) in plan)
        {
            Assert.That((From: domain[task], May: allowed[task] >> to & 1, Recent: recent[task]), Is.EqualTo((from, 1ul, (byte)0)));
            double squares = Squares(levels, cpus), range = levels.Max() - levels.Min();
            domain[task] = to;
            levels = Levels(load, domain, cpus);
            Assert.That(Squares(levels, cpus), Is.LessThan(squares));
            Assert.That(levels.Max() - levels.Min(), Is.LessThanOrEqualTo(range * (1 + 1e-9)));
        }
    }

    /// <summary>Tasks that come, sleep and go at random: between two moves of one task lie at least two rounds without.</summary>
    [FsCheck.NUnit.Property(MaxTest = 60)]
    public void No_task_moves_twice_within_the_cool_down(int seed)
    {
        const int Tasks = 40;
        var random = new Random(seed);
        int domains = random.Next(2, 5);
        using var arena = new TaskArena(domains);
        for (int d = 0; d < domains; d++)
            arena.Domain(d).Capacity = (uint)random.Next(1, 9) * 1024;
        var balancer = new Balancer(arena.Arena, arena.Layout, new BalancerOptions { MakePlanner = (tasks, thresholds) => new LevelPlanner(tasks, thresholds) });
        int[] last = [.. Enumerable.Repeat(int.MinValue / 2, Tasks + 1)];
        for (int round = 0; round < 30; round++)
        {
            for (int slot = 1; slot <= Tasks; slot++)
            {
                if (random.Next(6) == 0)
                    (arena.Brief(slot), last[slot]) = (default, int.MinValue / 2);
                if (arena.Brief(slot).Live == 0 && random.Next(3) == 0)
                    arena.Start(slot, random.Next(2) == 0 ? 0 : random.Next(domains), (uint)random.Next(50, 300));
            }
            arena.Pass(2);
            ulong[] before = [.. Enumerable.Range(0, Tasks + 1).Select(arena.Request)];
            balancer.Step(fullyUtilised: true);
            for (int slot = 1; slot <= Tasks; slot++)
            {
                if (arena.Request(slot) == before[slot])
                    continue;
                Assert.That(round - last[slot], Is.GreaterThan(2), $"rounds since slot {slot} was moved");
                last[slot] = round;
            }
            arena.Answer();
        }
    }

    private static double[] Levels(uint[] load, byte[] domain, uint[] cpus)
    {
        var sums = new double[cpus.Length];
        for (int i = 0; i < load.Length; i++)
            sums[domain[i]] += load[i];
        return [.. sums.Select((sum, d) => sum / cpus[d])];
    }

    private static double Squares(double[] levels, uint[] cpus) => levels.Select((level, d) => level * level * cpus[d]).Sum();
}
