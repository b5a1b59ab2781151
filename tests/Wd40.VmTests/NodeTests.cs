// SPDX-License-Identifier: GPL-2.0-only
using System.Globalization;
using Wd40.Schedulers;
using Wd40.Vm;
using Wd40.VmTests.Harness;
using Wd40.VmTests.Reports;

namespace Wd40.VmTests;

/// <summary>A machine with two NUMA nodes of one last-level cache each: its domains, and memory policies. One boot per kernel.</summary>
[TestFixture("6.18")]
[TestFixture(KernelCatalog.Newest)]
[TestFixture(KernelCatalog.Newest, RustyScheduler.Name, Category = RunLength.OfRusty)]
internal sealed class NodeTests(string kernel, string scheduler = Wd40Scheduler.Name) : MachineTests(kernel, new VmTopology(2, 1, 4), scheduler)
{
    /// <summary>No CPU takes tasks of another domain, so a task runs where its home is.</summary>
    private const string AtHome = "-g 0 -D 0 -K 0 --greedy-threshold-x-numa 0";

    /// <summary>As many as node 1 has CPUs: it has room for all of them.</summary>
    private const int Hogs = 4;

    /// <summary>
    /// Tasks that are born with a policy for node 1, or take one before they last slept, have their homes there, and the balancer leaves
    /// them there although the other node is idle.
    /// </summary>
    [TestCase("prefer:1", "")]
    [TestCase("bind:1", "--memory-late")]
    [Property("Check", "memory-policy"), Category(RunLength.FullOnly)]
    public async Task Memory_policy_decides_on_the_home(string policy, string late)
    {
        await SharedSchedulerAsync($"--mempolicy-affinity {AtHome}");
        var samples = await SamplesAsync($"--memory {policy} {late}");
        Assert.That(samples.Sum(sample => sample.HogsPerDomain[1]), Is.GreaterThan(0.95 * Hogs * samples.Count), "hogs on node 1, all samples");
    }

    /// <summary>Tasks without a preference are spread over the nodes: by a policy that names both, by none, and without the option.</summary>
    [TestCase("--mempolicy-affinity", "--memory interleave:0-1", Category = RunLength.FullOnly)]
    [TestCase("--mempolicy-affinity", "", Category = RunLength.FullOnly)]
    [TestCase("", "--memory prefer:1", Category = RunLength.FullOnly)]
    [Property("Check", "memory-policy"), Category(RunLength.OneKernel)]
    public async Task Other_tasks_are_spread_over_the_nodes(string option, string memory)
    {
        await SharedSchedulerAsync($"{option} {AtHome}");
        var samples = await SamplesAsync(memory);
        Assert.That(samples[^1].HogsPerDomain, Is.EqualTo(new[] { Hogs / 2, Hogs / 2 }));
    }

    /// <summary>Hogs of an overloaded node move when its load is more than 17 percent above the mean, and nobody pulls across nodes.</summary>
    /// <remarks>9 are 12.5 percent above; with one less they would be even. 7 beside 6 would stay without any threshold.</remarks>
    [TestCase(8, 0, 4), TestCase(9, 7, 9)]
    [Property("Check", "A-23"), Category(RunLength.OneKernel)]
    public async Task Only_a_node_beyond_its_threshold_gives_hogs_away(int first, int second, int left)
    {
        const double Widen = 0.5, Interval = 2;
        var scheduler = await SharedSchedulerAsync("--greedy-threshold-x-numa 0");
        var before = await scheduler.TotalsAsync();
        var groups = second == 0 ? $"{first}:start=0-3" : $"{first}:start=0-3,{second}:start=4-7";
        var run = await BalanceRun.RecordAsync(Guest, string.Create(CultureInfo.InvariantCulture, $"--groups {groups} --widen-after {Widen}"),
            Widen, Widen + (4 * Interval), 1, traced: false);
        var pulls = (await scheduler.TotalsAsync()).PullsAcross - before.PullsAcross;
        var moves = run.Hogs.Groups.Sum(group => group.Moves);
        var loads = run.Steps.Select(step => string.Create(CultureInfo.InvariantCulture, $"{step.Domains[0].Load:F2}:{step.Domains[1].Load:F2}"));
        TestContext.Out.WriteLine($"{first}:{second} hogs: {moves} moves, in the end {string.Join(":", run.Hogs.Samples![^1].HogsPerDomain)}, loads "
            + $"{string.Join(" ", loads)}; {pulls} pulls across nodes");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(run.Hogs.Samples![^1].HogsPerDomain, Is.EqualTo(new[] { left, first + second - left }), "hogs per node in the end");
            Assert.That(moves, Is.EqualTo(first - left), "moves of hogs between nodes");
            Assert.That(pulls, Is.Zero, "greedy_xnuma");
        }
    }

    /// <summary>
    /// With a threshold of 6 across nodes an idle node takes tasks from one that has 8 queued, and none while it has 2. Not the 2 of A-24:
    /// whoever a kernel thread takes the CPU from is queued for a moment, and one that was pulled then stays where it runs.
    /// </summary>
    [Test, Property("Check", "A-24"), Category(RunLength.OneKernel)]
    public async Task Only_a_queue_of_the_threshold_gives_tasks_to_another_node()
    {
        const int Cpus = 4;
        var scheduler = await SharedSchedulerAsync("--greedy-threshold-x-numa 6 --no-load-balance");
        var before = (await scheduler.TotalsAsync()).PullsAcross;
        var few = await AtNode0Async(Cpus + 2);
        var between = (await scheduler.TotalsAsync()).PullsAcross;
        var many = await AtNode0Async(Cpus + 8);
        var after = (await scheduler.TotalsAsync()).PullsAcross;
        TestContext.Out.WriteLine($"{few.Groups[0].Hogs} hogs at home on node 0 used {few.CpusUsed:F2} CPUs, {between - before} pulls; "
            + $"{many.Groups[0].Hogs} used {many.CpusUsed:F2}, {after - between} pulls");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(between - before, Is.Zero, "greedy_xnuma with 2 queued");
            Assert.That(few.CpusUsed, Is.EqualTo(Cpus).Within(5).Percent, "CPUs that 6 hogs used");
            Assert.That(after - between, Is.GreaterThanOrEqualTo(3), "greedy_xnuma with 8 queued");
            Assert.That(many.CpusUsed, Is.GreaterThan(Cpus + 1), "CPUs that 12 hogs used");
        }
    }

    private Task<HogsReport> AtNode0Async(int hogs) => LoadAsync<HogsReport>(
        $"hogs --groups {hogs}:start=0-3 --domains 0-3,4-7 --widen-after 0.5 --warmup 1 --seconds {RunLength.Of(2, 20)}");

    private async Task<IReadOnlyList<HogSample>> SamplesAsync(string arguments)
    {
        // Three balance steps, of 2 s each, and what comes before the first.
        var report = await LoadAsync<HogsReport>(string.Create(CultureInfo.InvariantCulture,
            $"hogs --groups {Hogs} --domains 0-3,4-7 {arguments} --warmup 1 --seconds 6 --sample-ms 100"));
        var samples = report.Samples!;
        var sums = Enumerable.Range(0, 2).Select(domain => samples.Sum(sample => sample.HogsPerDomain[domain]));
        TestContext.Out.WriteLine($"hogs {arguments}: {string.Join(":", sums)} in {samples.Count} samples, "
            + $"last {string.Join(":", samples[^1].HogsPerDomain)}");
        return samples;
    }
}
