// SPDX-License-Identifier: GPL-2.0-only
using Wd40.Policies;
using Wd40.Policies.Offline;
using Wd40.Samples.Policies;
using static Wd40.UnitTests.Policies.Machines;

namespace Wd40.UnitTests.Policies;

/// <summary>The policies in samples/.</summary>
[TestFixture]
internal sealed class SamplePolicyTests
{
    private string _path = "";

    [SetUp]
    public void NamePath() => _path = Path.Combine(Path.GetTempPath(), $"wd40-hints-{Guid.NewGuid():N}");

    [TearDown]
    public void DeleteFile() => File.Delete(_path);

    // The test of docs/policies.md.
    [Test]
    public void Fifo_SharesEqually()
    {
        var machine = new OfflineMachine(cpus: 2, SyntheticTask.Hog(), SyntheticTask.Hog(), SyntheticTask.Hog(weight: 10_000));
        var results = machine.Run<FifoPolicy, NoState>(default, 10 * Second);
        Assert.That(results.Select(result => result.CpuShare), Is.All.EqualTo(0.667).Within(1).Percent);
        Assert.That(machine.IdleWhileWaiting, Is.Zero);
    }

    [Test]
    public void Fifo_KeepsTheOrderOfArrival()
    {
        var policy = default(FifoPolicy);
        var none = default(NoState);
        var first = policy.Order(default, ref none, default);
        Assert.That(unchecked((long)(policy.Order(default, ref none, default) - first)), Is.Positive);
    }

    [Test]
    public void FrameBesideACompiler_WaitsLess_IfNewTasksGetShortSlices()
    {
        var with = FrameWait("newcomer");
        var without = FrameWait("deadline");
        TestContext.Out.WriteLine($"p99 {with} ns with, {without} ns without");
        Assert.That(with, Is.LessThan(without / 2));
    }

    [Test]
    public void Newcomer_IsATaskLikeOthersLater()
    {
        var registry = new PolicyRegistry();
        SamplePolicies.AddTo(registry);
        var machine = new OfflineMachine(1, SyntheticTask.Hog(), SyntheticTask.Hog());
        var loop = registry.Find("newcomer").Create<OfflinePort>(new Dictionary<string, ulong> { ["new-for-ms"] = 1000 }, 2);
        machine.Run(loop, Second);
        var young = machine.Decisions;
        machine.Run(loop, Second);
        Assert.That(young, Is.GreaterThan(6 * (machine.Decisions - young)));
    }

    [Test]
    public void Hint_BringsATaskForward_AndOnlyWhoseItIs()
    {
        using var hints = new HintFile(_path);
        using (var otherProcess = new HintFile(_path))
        {
            otherProcess.Write(1001, 5000);
            otherProcess.Write(1002 + HintFile.Entries, 5000);
            otherProcess.Write(1003, int.MinValue);
        }
        Assert.That(new[] { 1001, 1002, 1003, 1004 }.Select(hints.Read), Is.EqualTo(new[] { 5000, 0, -HintFile.Limit, 0 }));
        var policy = new HintPolicy(NewDeadline(), hints);
        Assert.That(Key(policy, 1001), Is.EqualTo(unchecked(Key(policy, 1002) - (5 * Millisecond))));
        Assert.That(Key(policy, 1003), Is.EqualTo(Key(policy, 1002) + (100 * Millisecond)));
    }

    [Test]
    public void HintPolicy_AllocatesNothing_AndStarvesNobody()
    {
        using var hints = new HintFile(_path);
        for (var tid = 1000; tid < 1020; tid++)
            hints.Write(tid, HintFile.Limit);
        var machine = new OfflineMachine(2, [.. Enumerable.Range(0, 40).Select(_ => SyntheticTask.Hog())]);
        var loop = SamplePolicies.Hinted(hints).Create<OfflinePort>(new Dictionary<string, ulong>(), 40);
        machine.Advance(loop, Second);
        var before = GC.GetAllocatedBytesForCurrentThread();
        machine.Advance(loop, 10 * Second);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
        machine.Run(loop, 0);
        Assert.That(machine.Results.Max(result => result.LongestGap), Is.LessThan(Second));
        Assert.That(machine.Results[0].CpuTime, Is.GreaterThan(machine.Results[39].CpuTime));
    }

    private static ulong Key(HintPolicy policy, int tid)
    {
        var state = default(DeadlinePolicy.State);
        return policy.Order(new QueuedTask { Tid = tid, Weight = 100 }, ref state, default);
    }

    /// <summary>A frame of 2 ms each 16.7 ms, beside six compilers at a time that live for some tens of ms; slices long enough to be felt.</summary>
    private static ulong FrameWait(string policy)
    {
        var registry = new PolicyRegistry();
        SamplePolicies.AddTo(registry);
        var compilers = Enumerable.Range(0, 600).Select(i => new SyntheticTask
        {
            Start = (ulong)(i / 6) * 130 * Millisecond,
            Phases = [new Phase(40 * Millisecond, 100 * Second)],
        });
        var machine = new OfflineMachine(2, [SyntheticTask.Sleeper(2 * Millisecond, 14_700 * Microsecond), .. compilers]);
        var loop = registry.Find(policy).Create<OfflinePort>(new Dictionary<string, ulong> { ["slice-us-min"] = 4000 }, 601);
        return machine.Run(loop, 10 * Second)[0].WaitPercentile(0.99);
    }
}
