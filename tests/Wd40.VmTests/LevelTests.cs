// SPDX-License-Identifier: GPL-2.0-only
using Wd40.Vm;
using Wd40.VmTests.Harness;
using Wd40.VmTests.Reports;

namespace Wd40.VmTests;

/// <summary>
/// The load balance modules rusty and level one after the other in one boot, with hogs that begin in given domains and may run anywhere after half a
/// second. Domains are masks, on a machine of two nodes: a mask belongs to the node of its first CPU, so there can be nodes of 6 and 2 CPUs.
/// Imbalance is that of the domain that is furthest from the machine's load per CPU, as a part of it, by the balancer's own figures; in
/// instruction-count mode, where these are shares of guest time.
/// </summary>
[TestFixture("6.18", Category = RunLength.FullOnly)]
[TestFixture(KernelCatalog.Newest)]
internal sealed class LevelTests(string kernel) : GuestFixture(kernel, new VmTopology(2, 1, 4), ClockMode.InstructionCount)
{
    /// <summary>No CPU takes tasks of another domain: a task runs where its home is, and only the balancer moves it.</summary>
    private const string AtHome = "-g 0 -D 0 -K 0 --greedy-threshold-x-numa 0";

    private const string Unequal = "0x3f,0xc0", UnequalDomains = "0-5,6-7";

    private const double WidenAfter = 0.5;

    /// <summary>From then to the window: a few rounds of a second, and the averages' half-life is as long.</summary>
    private const double Settling = 5;

    /// <summary>
    /// Of 12 hogs 3 belong on the small node's 2 CPUs. 10 on the large one are within the threshold that rusty applies to each node's own share, and half
    /// of the small one would be idle.
    /// </summary>
    [Test, Property("Check", "unequal"), Category(RunLength.FullOnly)]
    public async Task Unequal_nodes_are_level_with_the_module_level()
    {
        const string Hogs = "10:start=0-5,2:start=6-7";
        var rusty = await BalancedAsync("rusty", Unequal, UnequalDomains, Hogs, AtHome);
        var level = await BalancedAsync("level", Unequal, UnequalDomains, Hogs, AtHome);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Imbalance(rusty), Is.GreaterThan(0.1), "control: imbalance per CPU that rusty leaves");
            Assert.That(Imbalance(level), Is.LessThanOrEqualTo(0.5 * Imbalance(rusty)), "imbalance per CPU, mean of the last steps");
            Assert.That(level.Hogs.Samples![^1].HogsPerDomain, Is.EqualTo(new[] { 9, 3 }), "hogs per node at the end");
            Assert.That(Range(level), Is.LessThanOrEqualTo(0.5 * Range(rusty)), "CPUs of the hog that got most less those of the one that got least");
        }
    }

    /// <summary>Where domains are alike, its imbalance is at most 1.1 times that of rusty; what kernel threads leave in the averages is no difference.</summary>
    [TestCase("0x0f,0xf0", "0-3,4-7", "12:start=0-3", TestName = "Level_beside_rusty_Equal_nodes")]
    [TestCase("0x0f,0xf0", "0-3,4-7", "9:start=0-3", TestName = "Level_beside_rusty_An_odd_hog")]
    [TestCase("0x0f,0xf0", "0-3,4-7", "1:nice=-10:start=0-3,11:start=0-3", TestName = "Level_beside_rusty_A_heavy_hog")]
    [TestCase("0x03,0x0c,0x30,0xc0", "0-1,2-3,4-5,6-7", "12:start=0-1", TestName = "Level_beside_rusty_Two_domains_in_each_node")]
    [TestCase("0x0f,0xf0", "0-3,4-7", "48:start=0-3", TestName = "Level_beside_rusty_A_crowd")]
    [Property("Check", "unequal"), Category(RunLength.FullOnly)]
    public async Task Equal_domains_are_no_worse(string masks, string domains, string hogs)
    {
        const double Noise = 0.03;
        var rusty = await BalancedAsync("rusty", masks, domains, hogs, AtHome);
        var level = await BalancedAsync("level", masks, domains, hogs, AtHome);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Imbalance(level), Is.LessThanOrEqualTo((1.1 * Imbalance(rusty)) + Noise), "imbalance per CPU, mean of the last steps");
            Assert.That(level.Applied, Is.Positive, "control: moves");
        }
    }

    /// <summary>With default options CPUs pull what the balancer leaves over.</summary>
    [Test, Property("Check", "unequal"), Category(RunLength.FullOnly)]
    public async Task Unequal_nodes_need_fewer_pulls_with_the_module_level()
    {
        const string Hogs = "12:start=0-5";
        var rusty = await BalancedAsync("rusty", Unequal, UnequalDomains, Hogs, "");
        var level = await BalancedAsync("level", Unequal, UnequalDomains, Hogs, "");
        Assert.That(Pulls(level), Is.LessThanOrEqualTo(0.5 * Pulls(rusty)), "pulls across nodes in the window");
    }

    private async Task<BalanceRun> BalancedAsync(string module, string masks, string domains, string hogs, string options)
    {
        await using var scheduler = await RunningScheduler.StartAsync(
            Guest, $"--placement masks --cpumasks {masks} --balance {module} -i 1 {options}", name: "compose");
        var run = await BalanceRun.RecordAsync(
            Guest, $"--groups {hogs} --widen-after {WidenAfter}", WidenAfter, WidenAfter + Settling, RunLength.Of(2, 10), traced: false, domains: domains);
        var groups = run.Hogs.Groups.Select(group => FormattableString.Invariant($"{group.ShareMin:F2} to {group.ShareMax:F2}"));
        await TestContext.Out.WriteLineAsync(FormattableString.Invariant(
            $"{module}, {hogs} on {domains}: {string.Join(":", run.Hogs.Samples![^1].HogsPerDomain)}, imbalance {Imbalance(run):F3}, ")
            + FormattableString.Invariant($"shares {string.Join(", ", groups)}, {run.Applied} migrations, {Pulls(run)} pulls; steps ")
            + string.Join(" ", run.Steps.Select(step => FormattableString.Invariant($"{Imbalance(step):F2}"))));
        return run;
    }

    /// <summary>Pulls across nodes in the window in which CPU time is measured.</summary>
    private static long Pulls(BalanceRun run)
    {
        var from = run.Hogs.StartNs + (long)((WidenAfter + Settling) * 1e9);
        return run.Readings[^1].Stats.PullsAcross - run.Readings.First(line => line.MonoNs >= from).Stats.PullsAcross;
    }

    private static double Range(BalanceRun run) => run.Hogs.Groups.Max(group => group.ShareMax) - run.Hogs.Groups.Min(group => group.ShareMin);

    private static double Imbalance(BalanceRun run) => run.Steps.TakeLast(2).Average(Imbalance);

    private static double Imbalance(ClusterStats step)
    {
        var level = step.Domains.Sum(domain => domain.Load) / step.Domains.Sum(domain => domain.NrCpus);
        return step.Domains.Max(domain => Math.Abs((domain.Load / domain.NrCpus) - level)) / level;
    }
}
