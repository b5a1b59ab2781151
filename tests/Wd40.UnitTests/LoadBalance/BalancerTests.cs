// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime.Layout;
using Wd40.LoadBalance;

namespace Wd40.UnitTests.LoadBalance;

public sealed class BalancerTests
{
    private const double NiceZero = 100 * (1 << 20);

    /// <summary>For tests that count the moves of one step.</summary>
    private static readonly BalancerOptions _wholeSurplus = new() { Thresholds = new() { Cutoff = 1 } };

    private static Balancer Create(TaskArena arena, BalancerOptions? options = null) =>
        new(arena.Arena, arena.Layout, options ?? new BalancerOptions());

    /// <summary>8 hogs that all are in the first domain; a step asks for 4 of them.</summary>
    private static Balancer WithEightOfOneDomain(TaskArena arena)
    {
        for (int slot = 1; slot <= 8; slot++)
            arena.Start(slot, 0);
        arena.Pass(10);
        return Create(arena, _wholeSurplus);
    }

    /// <summary>Rounds until the counts stand as wanted; -1: not within the limit.</summary>
    private static int RoundsUntil(TaskArena arena, Balancer balancer, int[] wanted, int limit, bool full)
    {
        for (int round = 1; round <= limit; round++)
        {
            arena.Pass(2);
            balancer.Step(full);
            arena.Answer();
            if (arena.Counts().SequenceEqual(wanted))
                return round;
        }
        return -1;
    }

    [TestCase(16, 8, 8, true), TestCase(8, 4, 4, true), TestCase(16, 8, 8, false), TestCase(8, 4, 4, false)]
    public void Hogs_that_start_on_one_domain_are_even_within_5_rounds(int hogs, int first, int second, bool full)
    {
        using var arena = new TaskArena(2);
        for (int slot = 1; slot <= hogs; slot++)
            arena.Start(slot, 0);
        Assert.That(RoundsUntil(arena, Create(arena), [first, second], 5, full), Is.InRange(1, 5));
    }

    [Test]
    public void Tasks_are_found_wherever_their_slots_are()
    {
        const int Slots = 1024;
        int[] slots = [1, 2, 3, 5, 64, 65, 127, 500, 501, 777, Slots - 2, Slots - 1];
        using var arena = new TaskArena(2, maxTasks: Slots);
        foreach (int slot in slots)
            arena.Start(slot, 0);
        var balancer = Create(arena, _wholeSurplus);
        arena.Pass(10);
        balancer.Step(false);
        Assert.That(arena.Domain(0).Load + arena.Domain(1).Load, Is.EqualTo(slots.Length * NiceZero).Within(1).Percent);
        Assert.That(arena.Answer(), Is.EqualTo(slots.Length / 2));
    }

    [Test]
    public void Five_hogs_on_two_domains_stay_where_they_are()
    {
        using var arena = new TaskArena(2);
        for (int slot = 1; slot <= 5; slot++)
            arena.Start(slot, slot % 2);
        var balancer = Create(arena);
        for (int round = 0; round < 150; round++)
        {
            arena.Pass(2);
            Assert.That(balancer.Step(true), Is.Zero, $"round {round}");
        }
    }

    [Test]
    public void Tasks_that_hardly_run_stay_while_they_are_a_small_part_of_the_load([Values] bool beside)
    {
        using var arena = new TaskArena(2);
        var balancer = Create(arena);
        for (int slot = 1; slot <= 60; slot++)
            arena.Start(slot, 0);
        arena.Pass(2);
        for (int slot = 1; slot <= 60; slot++)
            arena.Sleep(slot);
        // 60 tasks of 1.2 % each: 0.7 CPUs, of which half goes, unless hogs make that a small part.
        for (int slot = 61; slot <= 72 && beside; slot++)
            arena.Start(slot, slot % 2);
        arena.Pass(6);
        Assert.That(balancer.Step(true), beside ? Is.Zero : Is.Positive);
    }

    [Test]
    public void Each_answer_is_passed_on_once()
    {
        using var arena = new TaskArena(2);
        var answers = new List<BalanceAnswer>();
        var balancer = Create(arena, new BalancerOptions { Answered = answers.Add });
        for (int slot = 1; slot <= 4; slot++)
            arena.Start(slot, 0);
        int moves = 0;
        for (int round = 0; round < 4; round++)
        {
            arena.Pass(2);
            balancer.Step(true);
            moves += arena.Answer();
        }
        Assert.That(answers.Select(answer => answer.Slot), Is.Unique);
        Assert.That(answers, Has.Count.EqualTo(moves).And.All.Matches<BalanceAnswer>(answer => answer is { Domain: 1, Outcome: WdOutcome.Applied }));
        Assert.That(moves, Is.EqualTo(2));
    }

    /// <summary>So that its dispatch can move those that are queued; more than the ring holds overwrite the oldest.</summary>
    [TestCase(4), TestCase(200)]
    public void The_domain_that_gives_is_told_of_each_request(int tasks)
    {
        using var arena = new TaskArena(2);
        for (int slot = 1; slot <= tasks; slot++)
            arena.Start(slot, 0);
        var balancer = Create(arena, _wholeSurplus);
        int moves = 0;
        // A round asks for 64 at most.
        for (int round = 0; round < 2; round++)
        {
            arena.Pass(10);
            moves += balancer.Step(true);
        }
        Assert.That(moves, Is.InRange(tasks * 9 / 20, tasks / 2));
        var asked = Enumerable.Range(1, tasks).Where(slot => arena.Request(slot) != 0).ToHashSet();
        var told = Enumerable.Range(0, Math.Min(moves, WdConstants.RequestRing)).Select(i => (int)arena.Domain(0).RequestSlots[i]).ToArray();
        Assert.That(arena.Domain(0).Requests, Is.EqualTo(asked.Count));
        Assert.That(arena.Domain(1).Requests, Is.Zero);
        Assert.That(told, Is.Unique.And.SubsetOf(asked));
    }

    [Test]
    public void Unequal_domains_get_load_by_capacity()
    {
        using var arena = new TaskArena(2);
        arena.Domain(0).Capacity = 2 * 1024;
        for (int slot = 1; slot <= 9; slot++)
            arena.Start(slot, 0);
        Assert.That(RoundsUntil(arena, Create(arena), [3, 6], 5, true), Is.InRange(1, 5));
    }

    [Test]
    public void Published_loads_are_hogs_and_imbalances_cancel_out([Values] bool full)
    {
        using var arena = new TaskArena(2);
        for (int slot = 1; slot <= 8; slot++)
            arena.Start(slot, slot <= 5 ? 0 : 1);
        arena.Pass(60);
        Create(arena, new BalancerOptions { Enabled = false }).Step(full);
        Assert.Multiple(() =>
        {
            Assert.That(arena.Domain(0).Load / NiceZero, Is.EqualTo(5).Within(0.01));
            Assert.That((arena.Domain(0).Load + arena.Domain(1).Load) / NiceZero, Is.EqualTo(8).Within(0.01));
            Assert.That((arena.Domain(0).Imbalance + arena.Domain(1).Imbalance) / NiceZero, Is.EqualTo(0).Within(1e-3));
            Assert.That(arena.Domain(0).Delta, Is.Zero);
        });
    }

    [Test]
    public void Weights_count_only_while_the_machine_is_full()
    {
        using var arena = new TaskArena(2);
        arena.Start(1, 0, weight: 200);
        for (int slot = 2; slot <= 20; slot++)
            arena.Start(slot, 1);
        arena.Pass(60);
        var balancer = Create(arena, new BalancerOptions { Enabled = false });
        balancer.Step(false);
        Assert.That(arena.Domain(0).Load / NiceZero, Is.EqualTo(1).Within(0.01));
        balancer.Step(true);
        Assert.That(arena.Domain(0).Load / NiceZero, Is.EqualTo(2).Within(0.01));
    }

    [Test]
    public void An_infeasible_weight_is_clamped()
    {
        using var arena = new TaskArena(2, cpusPerDomain: 2);
        arena.Start(1, 0, weight: 10_000);
        for (int slot = 2; slot <= 8; slot++)
            arena.Start(slot, 1, weight: 1);
        arena.Pass(60);
        var balancer = Create(arena, new BalancerOptions { Enabled = false });
        balancer.Step(true);
        Assert.That(balancer.Lambda, Is.EqualTo(7.0 / 3).Within(1e-3));
    }

    [Test]
    public void Switched_off_it_measures_and_asks_for_nothing()
    {
        using var arena = new TaskArena(2);
        for (int slot = 1; slot <= 8; slot++)
            arena.Start(slot, 0);
        arena.Pass(10);
        var balancer = Create(arena, new BalancerOptions { Enabled = false });
        Assert.Multiple(() =>
        {
            Assert.That(balancer.Step(true), Is.Zero);
            Assert.That(balancer.Counts.Requested, Is.Zero);
            Assert.That(arena.Domain(0).Imbalance / NiceZero, Is.EqualTo(4).Within(0.02));
        });
    }

    [TestCase(0b10ul, 0), TestCase(0b01ul, 2), TestCase(0ul, 2)]
    public void Preferences_stand_in_the_records(ulong preferred, int moves)
    {
        using var arena = new TaskArena(2, nodes: 2);
        for (int slot = 1; slot <= 4; slot++)
        {
            arena.Start(slot, 1);
            arena.Task(slot).PreferredDomains = preferred;
        }
        arena.Pass(10);
        Assert.That(Create(arena, _wholeSurplus).Step(false), Is.EqualTo(moves));
    }

    [TestCase(0.05, 0.5, 2), TestCase(0.05, 1, 4), TestCase(0.05, 0.1, 1), TestCase(1.1, 0.5, 0)]
    public void Thresholds_decide_whether_and_how_much_a_step_moves(double threshold, double cutoff, int moves)
    {
        using var arena = new TaskArena(2);
        for (int slot = 1; slot <= 8; slot++)
            arena.Start(slot, 0);
        arena.Pass(60);
        var options = new BalancerOptions { Thresholds = new() { Domain = threshold, Cutoff = cutoff } };
        Assert.That(Create(arena, options).Step(true), Is.EqualTo(moves), "8 : 0, a surplus of 4, 100 % above the share");
    }

    [Test]
    public void Bound_tasks_and_forbidden_domains_are_respected()
    {
        using var arena = new TaskArena(2);
        for (int slot = 1; slot <= 8; slot++)
            arena.Start(slot, 0, allowed: slot <= 4 ? 0b01ul : 0b11, flags: slot is 5 or 6 ? WdTaskFlags.Bound : 0);
        arena.Pass(10);
        Assert.That(Create(arena, _wholeSurplus).Step(true), Is.EqualTo(2));
        Assert.That(Enumerable.Range(1, 8).Where(slot => arena.Request(slot) != 0), Is.EqualTo(new[] { 7, 8 }));
    }

    [TestCase(true, 0), TestCase(false, 2)]
    public void Workers_are_spared_when_asked_for(bool spares, int moves)
    {
        using var arena = new TaskArena(2);
        for (int slot = 1; slot <= 4; slot++)
            arena.Start(slot, 0, flags: WdTaskFlags.Kworker);
        arena.Pass(10);
        Assert.That(Create(arena, _wholeSurplus with { SparesKworkers = spares }).Step(true), Is.EqualTo(moves));
    }

    [Test]
    public void Requests_are_counted_by_their_answers()
    {
        using var arena = new TaskArena(2);
        var balancer = WithEightOfOneDomain(arena);
        balancer.Step(true);
        Assert.That((balancer.Counts.Requested, balancer.Counts.Pending), Is.EqualTo((4ul, 4ul)));
        int[] asked = [.. Enumerable.Range(1, 8).Where(slot => arena.Request(slot) != 0)];
        arena.Task(asked[0]).Domains = 0b01; // affinity changed meanwhile
        arena.End(asked[1]);
        arena.Start(asked[1], 0); // another task in the slot
        arena.End(asked[2]);
        Assert.That(arena.Answer(), Is.EqualTo(1), "no request lands on a task other than the chosen one");
        arena.Pass(2);
        balancer.Step(true);
        var counts = balancer.Counts;
        Assert.That((counts.Applied, counts.Refused, counts.Stale), Is.EqualTo((1ul, 1ul, 2ul)));
        Assert.That(counts.Applied + counts.Refused + counts.Stale + counts.Pending, Is.EqualTo(counts.Requested));
    }

    [Test]
    public void A_pending_request_is_not_made_twice()
    {
        using var arena = new TaskArena(2);
        var balancer = WithEightOfOneDomain(arena);
        Assert.That(balancer.Step(true), Is.EqualTo(4));
        for (int round = 0; round < 4; round++) // longer than tasks moved lately are held back for
        {
            arena.Pass(2); // nobody was queued since: no answer
            Assert.That(balancer.Step(true), Is.Zero, $"round {round}");
        }
        Assert.That(balancer.Counts.Pending, Is.EqualTo(4));
    }

    [Test]
    public void A_request_that_a_later_one_replaces_is_counted_as_too_late()
    {
        using var arena = new TaskArena(2);
        var balancer = WithEightOfOneDomain(arena);
        Assert.That(balancer.Step(true), Is.EqualTo(4));
        // Those that stay end; of those on their way to the other domain half must come back, before they have answered.
        for (int slot = 1; slot <= 8; slot++)
        {
            if (arena.Request(slot) == 0)
                arena.End(slot);
        }
        arena.Pass(10);
        int again = balancer.Step(true);
        arena.Answer();
        balancer.Step(true);
        var counts = balancer.Counts;
        Assert.That(again, Is.EqualTo(2));
        Assert.That((counts.Applied, counts.Stale, counts.Pending), Is.EqualTo((4ul, 2ul, 0ul)));
        Assert.That(counts.Applied + counts.Stale, Is.EqualTo(counts.Requested));
    }

    [Test]
    public void A_step_over_64_domains_with_1024_candidates_each_allocates_nothing()
    {
        using var arena = new TaskArena(64, nodes: 4, maxTasks: 1 << 17);
        for (int slot = 1; slot <= 64 * 1024; slot++)
            arena.Start(slot, slot % 64 < 32 ? slot % 32 : slot % 64, weight: (uint)(slot * 7919 % 9999) + 1);
        var balancer = Create(arena);
        arena.Pass(2);
        balancer.Step(true);
        arena.Answer();
        arena.Pass(2);
        for (int slot = 1; slot <= 1024; slot++)
            arena.Brief(slot).Domain = 63;
        long before = GC.GetAllocatedBytesForCurrentThread();
        int asked = balancer.Step(true);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.That(asked, Is.Positive);
        Assert.That(allocated, Is.Zero);
    }

    [FsCheck.NUnit.Property(MaxTest = 30)]
    public void It_settles_and_stays_settled(byte[] weights)
    {
        using var arena = new TaskArena(3);
        for (int i = 0; i < Math.Min(weights.Length, 100); i++)
            arena.Start(i + 1, 0, weight: (weights[i] * 4u) + 1);
        var balancer = Create(arena);
        int last = 0;
        for (int round = 0; round < 25; round++)
        {
            arena.Pass(2);
            last = balancer.Step(true);
            arena.Answer();
        }
        Assert.That(last, Is.Zero);
    }
}
