// SPDX-License-Identifier: GPL-2.0-only
using System.Globalization;
using Wd40.Vm;
using Wd40.VmTests.Reports;

namespace Wd40.VmTests;

/// <summary>A machine with two NUMA nodes of one last-level cache each: its domains, and memory policies. One boot per kernel.</summary>
[TestFixture("6.18")]
[TestFixture(KernelCatalog.Newest)]
internal sealed class NodeTests(string kernel) : MachineTests(kernel, 2, 1, 4)
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
    [Property("Check", "memory-policy")]
    public async Task Memory_policy_decides_on_the_home(string policy, string late)
    {
        await SharedSchedulerAsync($"--mempolicy-affinity {AtHome}");
        var samples = await SamplesAsync($"--memory {policy} {late}");
        Assert.That(samples.Sum(sample => sample.HogsPerDomain[1]), Is.GreaterThan(0.95 * Hogs * samples.Count), "hogs on node 1, all samples");
    }

    /// <summary>Tasks without a preference are spread over the nodes: by a policy that names both, by none, and without the option.</summary>
    [TestCase("--mempolicy-affinity", "--memory interleave:0-1")]
    [TestCase("--mempolicy-affinity", "")]
    [TestCase("", "--memory prefer:1")]
    [Property("Check", "memory-policy")]
    public async Task Other_tasks_are_spread_over_the_nodes(string option, string memory)
    {
        await SharedSchedulerAsync($"{option} {AtHome}");
        var samples = await SamplesAsync(memory);
        Assert.That(samples[^1].HogsPerDomain, Is.EqualTo(new[] { Hogs / 2, Hogs / 2 }));
    }

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
