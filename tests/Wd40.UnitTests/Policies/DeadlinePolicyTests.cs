// SPDX-License-Identifier: GPL-2.0-only
using Wd40.Policies;
using Wd40.Policies.Offline;
using static Wd40.UnitTests.Policies.Machines;

namespace Wd40.UnitTests.Policies;

/// <summary>Policy "deadline" on the offline machine.</summary>
[TestFixture]
internal sealed class DeadlinePolicyTests
{
    [Test]
    public void SharesOfHogs_FollowWeights([Values(1, 2, 4)] int cpus)
    {
        uint[] weights = [50, 100, 100, 150, 200, 200, 300, 300];
        var machine = new OfflineMachine(cpus, [.. weights.Select(SyntheticTask.Hog)]);
        var results = machine.RunDeadline(30 * Second);
        var sum = weights.Sum(weight => weight);
        for (var i = 0; i < weights.Length; i++)
            Assert.That(results[i].CpuShare, Is.EqualTo(cpus * weights[i] / (double)sum).Within(1.5).Percent, $"task {i}, weight {weights[i]}");
        Assert.That(machine.IdleWhileWaiting, Is.Zero);
    }

    [Test]
    public void SharesOfHogs_FollowWeights_AlsoWithEqualSlicesAndTasksThatComeLater()
    {
        // Slices at their lower bound no longer go by weight: what is left is virtual time.
        var machine = new OfflineMachine(1, SyntheticTask.Hog(20), SyntheticTask.Hog(40), SyntheticTask.Hog(40), SyntheticTask.Hog(100));
        var results = machine.Run<DeadlinePolicy, DeadlinePolicy.State>(NewDeadline(("slice-us-min", 10)), 10 * Second);
        Assert.That(results.Select(result => result.CpuShare), Is.EqualTo(new[] { 0.1, 0.2, 0.2, 0.5 }).Within(1.5).Percent);
    }

    /// <summary>What a task owes outlasts its sleeps: forgiven, shares among tasks that all sleep would go by how often each is served.</summary>
    [Test]
    public void SharesOfTasksThatAllSleep_FollowWeights([Values(1, 2, 4)] int cpus)
    {
        var tasks = Enumerable.Range(0, 4 * cpus).Select(i => SyntheticTask.Sleeper(run: 3 * Millisecond, sleep: Millisecond / 2, weight: i % 2 == 0 ? 100u : 33));
        var results = new OfflineMachine(cpus, [.. tasks]).RunDeadline(30 * Second);
        var (heavy, light) = (results.Where((_, i) => i % 2 == 0).Average(result => result.CpuShare), results.Where((_, i) => i % 2 == 1).Average(result => result.CpuShare));
        Assert.That(heavy / light, Is.EqualTo(100.0 / 33).Within(10).Percent);
    }

    [Test]
    public void SleeperBesideHogs_WaitsForOneSliceAtMost()
    {
        var hogs = Enumerable.Range(0, 8).Select(_ => SyntheticTask.Hog());
        var machine = new OfflineMachine(2, [.. hogs, SyntheticTask.Sleeper(run: Millisecond / 2, sleep: 9 * Millisecond)]);
        var sleeper = machine.RunDeadline(10 * Second)[8];
        Assert.That(sleeper.Runs, Is.GreaterThan(900));
        Assert.That(sleeper.LongestGap, Is.LessThanOrEqualTo(Millisecond));
    }

    [Test]
    public void TaskThatComputedForAMinute_WaitsNoLongerThanOthersOnceItSleeps()
    {
        // The original leaves it behind for as long as it had computed (D4).
        Phase[] life = [new(20 * Second, 5 * Millisecond), .. Enumerable.Repeat(new Phase(Millisecond / 2, 5 * Millisecond), 1_000_000)];
        var hogs = Enumerable.Range(0, 3).Select(_ => SyntheticTask.Hog());
        var tasks = hogs.Append(new SyntheticTask { Phases = life }).ToList();
        var machine = new OfflineMachine(1, tasks);
        var loop = new TaskPolicyLoop<DeadlinePolicy, DeadlinePolicy.State, OfflinePort>(NewDeadline(), tasks.Count);
        // 20 s of CPU time at a quarter of the CPU are at an end after 80 s.
        machine.Run(loop, 82 * Second);
        var late = machine.Results[3];
        var (runs, time) = (late.Runs, late.CpuTime);
        machine.Run(loop, 10 * Second);
        Assert.That(time, Is.GreaterThan(20 * Second));
        Assert.That(late.Runs - runs, Is.GreaterThan(1500), "10 s of 0.5 ms, 5 ms of sleep, and a wait of at most 1 ms");
    }

    [Test]
    public void CpuTimeThatWasCharged_IsNotChargedAgainWhenTheTaskIsQueuedAnew()
    {
        var policy = NewDeadline();
        var state = default(DeadlinePolicy.State);
        var task = new QueuedTask { Weight = 100, Uncharged = Millisecond };
        policy.Order(in task, ref state, default);
        task.Uncharged = 0;
        var key = policy.Order(in task, ref state, default);
        Assert.That(policy.Order(in task, ref state, default), Is.EqualTo(key));
        Assert.That(key, Is.EqualTo(Millisecond));
    }

    [TestCase(1u, 10_000ul), TestCase(100u, 1_000_000ul), TestCase(10_000u, 100_000_000ul)]
    public void Slice_GoesByWeight(uint weight, ulong slice)
    {
        var policy = NewDeadline();
        var state = default(DeadlinePolicy.State);
        Assert.That(policy.Place(new QueuedTask { Weight = weight }, 0, ref state, default), Is.EqualTo(new Decision(slice, KeyRate: 2 * Decision.RateOne * 100 / weight, LeaseUs: DeadlinePolicy.LeaseUs)
        {
            SleepCredit = 20_000_000,
            SleepForgets = 128,
        }));
    }

    /// <summary>What a key grows by while a task runs is what the policy itself makes of that time: the kernel half goes by it.</summary>
    [TestCase(15u), TestCase(100u), TestCase(900u)]
    public void KeyRate_IsWhatOrderMakesOfTheSameTime(uint weight)
    {
        const ulong Ran = 5 * Millisecond;
        var policy = NewDeadline();
        var state = default(DeadlinePolicy.State);
        var task = new QueuedTask { Weight = weight };
        var first = policy.Order(in task, ref state, default);
        var decision = policy.Place(in task, first, ref state, default);
        task.Uncharged = task.ExecRuntime = Ran;
        var second = policy.Order(in task, ref state, default);
        Assert.That(Ran * decision.KeyRate / Decision.RateOne, Is.EqualTo(second - first).Within(1).Percent);
    }

    /// <summary>What a sleep makes of a key within a decision is what the policy itself would make of it: the kernel half goes by this.</summary>
    [TestCase(15u), TestCase(100u), TestCase(900u)]
    public void WhatASleepForgets_IsWhatOrderDropsAtAWakeUp(uint weight)
    {
        const ulong Ran = Millisecond / 10;
        var policy = NewDeadline();
        var state = default(DeadlinePolicy.State);
        var task = new QueuedTask { Weight = weight };
        var first = policy.Order(in task, ref state, default);
        var decision = policy.Place(in task, first, ref state, default);
        task.Uncharged = Ran;
        task.Woken = true;
        var second = policy.Order(in task, ref state, default);
        var kept = decision.KeyRate - (decision.KeyRate * decision.SleepForgets / 256);
        Assert.That(Ran * kept / Decision.RateOne, Is.EqualTo(second - first).Within(1).Percent);
        Assert.That(decision.Clock, Is.EqualTo(first), "the clock that a sleep is measured from");
    }

    /// <summary>A task that the kernel half has charged while the decision outlasted its sleeps is charged by its key, and by nothing else.</summary>
    [Test]
    public void KeyOfARenewedDecision_IsWhereVirtualTimeIs()
    {
        var policy = NewDeadline();
        var state = default(DeadlinePolicy.State);
        var task = new QueuedTask { Weight = 100, Renewed = true, Key = 7 * Millisecond, ExecRuntime = 2 * Millisecond, Uncharged = Second };
        Assert.That(policy.Order(in task, ref state, default), Is.EqualTo(7 * Millisecond));
        Assert.That(state.Virtual, Is.EqualTo(5 * Millisecond), "without what counts since the last sleep only");
        // Told of it later, without a further sleep: from there on as ever.
        task = task with { Renewed = false, Key = 0, Uncharged = Millisecond, ExecRuntime = 3 * Millisecond };
        Assert.That(policy.Order(in task, ref state, default), Is.EqualTo(9 * Millisecond));
    }

    [Test]
    public void PerCpuLocal_KeepsTheCpu()
    {
        var policy = NewDeadline(("percpu-local", 1));
        var state = default(DeadlinePolicy.State);
        Assert.That(policy.Place(new QueuedTask { Weight = 100, PreviousCpu = 3 }, 0, ref state, default).Cpu, Is.EqualTo(3));
    }

    [Test]
    public void GarbageFromTheArena_KeepsKeysNearTheClock()
    {
        var policy = NewDeadline();
        var state = new DeadlinePolicy.State { Known = true, Virtual = ulong.MaxValue / 3 };
        var task = new QueuedTask { Weight = 1, Uncharged = ulong.MaxValue, ExecRuntime = ulong.MaxValue };
        var key = policy.Order(in task, ref state, default);
        Assert.That(key, Is.LessThanOrEqualTo((DeadlinePolicy.AheadSlices + DeadlinePolicy.RuntimeSlices) * 20 * Millisecond));
        task = task with { Renewed = true, Key = ulong.MaxValue / 3, ExecRuntime = 0 };
        key = policy.Order(in task, ref state, default);
        Assert.That(key, Is.LessThanOrEqualTo(DeadlinePolicy.AheadSlices * 20 * Millisecond));
    }
}
