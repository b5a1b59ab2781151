// SPDX-License-Identifier: GPL-2.0-only
using Wd40.Policies;
using Wd40.Policies.Offline;
using static Wd40.UnitTests.Policies.Machines;

namespace Wd40.UnitTests.Policies;

/// <summary>Policy "interactive" on the offline machine.</summary>
[TestFixture]
internal sealed class InteractivePolicyTests
{
    [Test]
    public void TaskThatSleepsOften_WaitsForTwoSlicesAtMost_BesideHogs()
    {
        var hogs = Enumerable.Range(0, 16).Select(_ => SyntheticTask.Hog());
        var machine = new OfflineMachine(1, [.. hogs, SyntheticTask.Sleeper(run: Millisecond, sleep: 9 * Millisecond)]);
        var loop = new TaskPolicyLoop<InteractivePolicy, InteractivePolicy.State, OfflinePort>(NewInteractive(), 17);
        machine.Run(loop, 20 * Second);
        // 16 that wait: slices of 5 ms / 8.
        Assert.That(machine.Results[16].WaitPercentile(0.9), Is.LessThanOrEqualTo(1250 * Microsecond));
        Assert.That(machine.Results[16].Runs, Is.GreaterThan(1500));
    }

    [Test]
    public void TaskBecomesInteractive_WithTenSwitchesASecond([Values(9, 20)] int perSecond)
    {
        var policy = NewInteractive();
        var state = default(InteractivePolicy.State);
        var task = new QueuedTask { Weight = 100, Woken = true };
        for (var i = 1; i <= 5 * perSecond; i++)
            policy.Order(in task, ref state, new Situation((ulong)i * Second / (ulong)perSecond, 8, 1));
        var decision = policy.Place(in task, 0, ref state, new Situation(0, 9, 1));
        Assert.That(decision, Is.EqualTo(perSecond == 9 ? new Decision(Millisecond) : new Decision(5 * Millisecond, Decision.AnyCpu, true)));
    }

    [Test]
    public void Options_Act()
    {
        var policy = NewInteractive(("builtin-idle", 1), ("no-preemption", 1), ("slice-us", 400));
        var state = new InteractivePolicy.State { Average = 50 };
        var decision = policy.Place(new QueuedTask { Weight = 100, PreviousCpu = 2 }, 0, ref state, default);
        Assert.That(decision, Is.EqualTo(new Decision(400 * Microsecond, 2)));
    }

    [TestCase(100u, 1ul, 5_000_000ul), TestCase(10_000u, 1ul, 500_000ul), TestCase(100u, 100ul, 50_000ul), TestCase(100u, 0ul, 5_000_000ul)]
    public void Charge_IsByWeightAndBoost_AndWithinASlice(uint weight, ulong boost, ulong key)
    {
        var policy = NewInteractive(("slice-boost", boost));
        var state = new InteractivePolicy.State { Average = 50, Since = 1 };
        var task = new QueuedTask { Weight = weight, Uncharged = 5 * Millisecond };
        Assert.That(policy.Order(in task, ref state, new Situation(2, 0, 1)), Is.EqualTo(key));
    }
}
