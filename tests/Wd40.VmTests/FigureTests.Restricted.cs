// SPDX-License-Identifier: GPL-2.0-only
using Wd40.VmTests.Harness;

namespace Wd40.VmTests;

/// <summary>Order among tasks that may run on some CPUs of a domain only (taskset, cpusets). Domains are CPUs 0 to 3 and 4 to 7.</summary>
internal sealed partial class FigureTests
{
    /// <summary>CPU time follows weights among tasks of a part of a domain, whether the rest is idle or less crowded.</summary>
    /// <remarks>
    /// What those CPUs have come to may be ahead of the domain's clock or behind it. Bounded around that clock, all of them stood at the bound, one as the other:
    /// 0.35 and 0.32 CPUs in the first case, and up to 0.03 in place of 0.15 for one beside 4 of nice -5. And where the first of a queue may run elsewhere only, the others
    /// took turns whatever their weights: 0.53 and 0.47 in the second case, in the third 0.10 to 0.39 for hogs of the same weight.
    /// In the last case one is too heavy for its share. It does not hold the others back: 0.25 each while it did.
    /// </remarks>
    /// <param name="groups">Nice 0 weighs 1024, nice 5 335, nice -20 88761.</param>
    /// <param name="due">CPUs for each hog of each group.</param>
    [TestCase("2:cpus=0-1,4:nice=5:cpus=0-1", 0.6045, 0.1978)]
    [TestCase("8:cpus=0-1,2:cpus=2-3,2:nice=5:cpus=2-3", 0.25, 0.7535, 0.2465)]
    [TestCase("8:cpus=0-1,12,12:nice=5", 0.25, 0.3767, 0.1233)]
    [TestCase("4:cpus=0+4,2:nice=5:cpus=0+4", 0.4297, 0.1406)]
    [TestCase("1:nice=-20:cpus=0-1,2:cpus=0-1,2:nice=5:cpus=0-1", 1, 0.3767, 0.1233)]
    [Property("Check", "restricted"), Category(RunLength.OneKernel)]
    public async Task Weights_hold_on_a_part_of_a_domain(string groups, params double[] due)
    {
        const double TolerancePercent = 5;
        await SharedSchedulerAsync("");
        var own = await HogsOfAsync(FormattableString.Invariant($"{groups} --warmup {RunLength.Of(2, 10)} --seconds {RunLength.Of(4, 20)}"));
        Note($"{groups}: {string.Join("; ", own.Groups.Select(group => FormattableString.Invariant($"{group.ShareMin:F3} to {group.ShareMax:F3}")))}; "
            + $"longest gap {own.Groups.Max(group => group.LongestGapNs) / 1e6:F0} ms");
        using (Assert.EnterMultipleScope())
        {
            for (var group = 0; group < due.Length; group++)
            {
                Assert.That(own.Groups[group].ShareMin, Is.EqualTo(due[group]).Within(TolerancePercent).Percent, $"CPUs of the hog of group {group} that got least");
                Assert.That(own.Groups[group].ShareMax, Is.EqualTo(due[group]).Within(TolerancePercent).Percent, $"CPUs of the hog of group {group} that got most");
            }
        }
    }
}
