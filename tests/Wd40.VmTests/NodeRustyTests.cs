// SPDX-License-Identifier: GPL-2.0-only
using Wd40.Schedulers;
using Wd40.Vm;
using Wd40.VmTests.Harness;
using Wd40.VmTests.Reports;

namespace Wd40.VmTests;

/// <summary>Checks of rusty on two NUMA nodes of one last-level cache each. One boot per kernel.</summary>
[TestFixture("6.18")]
[TestFixture(KernelCatalog.Newest)]
internal sealed class NodeRustyTests(string kernel) : GuestFixture(kernel, new VmTopology(2, 1, 4), ClockMode.Parallel, RustyScheduler.Name)
{
    private const int CpusPerNode = 4;

    /// <summary>An idle node takes tasks of the other one while that has at least as many queued as the option says, and none of fewer.</summary>
    /// <remarks>
    /// A hog that a kernel thread takes the CPU from is queued for a moment, too, and one that was pulled then stays where it runs: one hog may be
    /// pulled of a queue that is one below the threshold.
    /// </remarks>
    [TestCase(1), TestCase(2), TestCase(4)]
    [Property("Check", "R-9"), Category(RunLength.FullOnly)]
    public async Task A_node_takes_tasks_of_a_queue_of_the_threshold(int threshold)
    {
        const int Beyond = 2;
        var scheduler = await SharedSchedulerAsync($"--greedy-threshold-x-numa {threshold} --no-load-balance");
        var (below, pullsBelow) = await AtNode0Async(scheduler, CpusPerNode + threshold - 1);
        var (above, pullsAbove) = await AtNode0Async(scheduler, CpusPerNode + threshold + Beyond);
        await TestContext.Out.WriteLineAsync(FormattableString.Invariant(
            $"threshold {threshold}: {threshold - 1} hogs queued, {below.CpusUsed:F2} CPUs used, {pullsBelow} pulls; ")
            + FormattableString.Invariant($"{threshold + Beyond} queued, {above.CpusUsed:F2} CPUs used, {pullsAbove} pulls"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(below.CpusUsed, Is.InRange(0.95 * CpusPerNode, 1.05 * Math.Min(CpusPerNode + 1, below.Groups[0].Hogs)),
                "CPUs used with one hog too few");
            Assert.That(pullsAbove, Is.GreaterThan(Beyond), "greedy_xnuma with enough hogs queued");
            Assert.That(above.CpusUsed, Is.GreaterThan(0.95 * (CpusPerNode + Beyond + 1)), "CPUs used with enough hogs queued");
        }
    }

    /// <summary>Without the option no task is taken across nodes, and the balancer alone spreads them.</summary>
    [Test, Property("Check", "R-9"), Category(RunLength.FullOnly)]
    public async Task By_default_no_node_takes_tasks_of_another()
    {
        var scheduler = await SharedSchedulerAsync("--no-load-balance");
        var (hogs, pulls) = await AtNode0Async(scheduler, 2 * CpusPerNode);
        await TestContext.Out.WriteLineAsync(FormattableString.Invariant($"8 hogs at home on node 0: {hogs.CpusUsed:F2} CPUs used, {pulls} pulls"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(pulls, Is.Zero, "greedy_xnuma");
            Assert.That(hogs.CpusUsed, Is.EqualTo(CpusPerNode).Within(5).Percent, "CPUs that the hogs used");
        }
    }

    /// <summary>
    /// Tasks that prefer node 1 have their first home there while it has room; others, beside them and with a policy that names both nodes or
    /// none, are dealt to both.
    /// </summary>
    [TestCase("--memory prefer:1", 0, CpusPerNode), TestCase("--memory interleave:0-1", CpusPerNode / 2, CpusPerNode / 2)]
    [TestCase("", CpusPerNode / 2, CpusPerNode / 2), Property("Check", "R-10"), Category(RunLength.FullOnly)]
    public async Task First_homes_follow_the_memory_policy(string policy, int onNode0, int onNode1)
    {
        // No CPU takes tasks of another domain, so a task runs where its home is; and nothing moves it from its first one.
        await SharedSchedulerAsync("--mempolicy-affinity -g 0 -D 0 -K 0 --no-load-balance");
        var report = await LoadAsync<HogsReport>(
            $"hogs --groups {CpusPerNode} --domains 0-3,4-7 {policy} --warmup 0.5 --seconds {RunLength.Of(4, 20)} --sample-ms 100");
        var samples = report.Samples!;
        long first = samples.Sum(sample => sample.HogsPerDomain[0]), second = samples.Sum(sample => sample.HogsPerDomain[1]);
        await TestContext.Out.WriteLineAsync($"{policy}: {first}:{second} in {samples.Count} samples");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(first, Is.EqualTo(onNode0 * samples.Count).Within(0.05 * CpusPerNode * samples.Count), "hogs on node 0, all samples");
            Assert.That(second, Is.EqualTo(onNode1 * samples.Count).Within(0.05 * CpusPerNode * samples.Count), "hogs on node 1, all samples");
        }
    }

    /// <summary>Hogs that are born on node 0 and may then run anywhere, and how many tasks were pulled across nodes meanwhile.</summary>
    private async Task<(HogsReport Hogs, long Pulls)> AtNode0Async(RunningScheduler scheduler, int hogs)
    {
        var before = await scheduler.TotalsAsync();
        var report = await LoadAsync<HogsReport>(
            $"hogs --groups {hogs}:start=0-3 --domains 0-3,4-7 --widen-after 0.5 --warmup 1.5 --seconds {RunLength.Of(3, 20)}");
        return (report, (await scheduler.TotalsAsync()).PullsAcross - before.PullsAcross);
    }
}
