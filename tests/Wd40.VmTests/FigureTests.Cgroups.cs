// SPDX-License-Identifier: GPL-2.0-only
using Wd40.VmTests.Harness;

namespace Wd40.VmTests;

/// <summary>
/// Weights of cgroups. All other tests of this class run their hogs in the root group and are the check that these see no groups. The
/// default scheduler's figures are taken at full length only, and printed: newer kernels count a group's weight once for each CPU that its tasks can use, so there
/// 9 tasks beside 1 in a group of the same weight get 8 times as much.
/// </summary>
internal sealed partial class FigureTests
{
    private readonly Dictionary<string, double[]> _groupsBefore = [];

    /// <summary>Two groups with 4 hogs each on 4 CPUs share them by weight, below the root and one level deeper.</summary>
    [TestCase("flat", ""), TestCase("nested", "p/"), Property("Check", "A-41"), Category(RunLength.OneKernel)]
    public async Task Groups_share_by_weight(string form, string parent)
    {
        await DefaultsAsync();
        await SharedSchedulerAsync("");
        var own = await ByWeightAsync(parent);
        Note($"groups of weight 100 and 300, {form}: {own[0]:F3} and {own[1]:F3} CPUs, 1:{own[1] / own[0]:F3}"
            + (_groupsBefore.TryGetValue(parent, out var before) ? $"; default scheduler 1:{before[1] / before[0]:F3}" : ""));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(own[1] / own[0], Is.EqualTo(3).Within(5).Percent);
            Assert.That(own.Sum(), Is.EqualTo(4).Within(2).Percent, "CPUs that the hogs used");
        }
    }

    /// <summary>
    /// A group's share is its own, whoever is in it. On one CPU, where nothing else bounds a share; 40 hogs have 2.5 each of the group's
    /// weight, so weights rounded to whole ones would miss by a fifth.
    /// </summary>
    [TestCase(9), TestCase(40), Property("Check", "A-41"), Category(RunLength.OneKernel)]
    public async Task Groups_get_their_share_however_many_tasks_they_hold(int many)
    {
        await DefaultsAsync();
        await SharedSchedulerAsync("");
        var own = await OneAgainstAsync(many);
        Note($"groups of equal weight, 1 and {many} hogs on one CPU: {own[0]:F3} and {own[1]:F3}"
            + (_groupsBefore.TryGetValue($"{many}", out var before) ? $"; default scheduler {before[0]:F3} and {before[1]:F3}" : ""));
        Assert.That(own[1] / own[0], Is.EqualTo(1).Within(10).Percent);
    }

    /// <summary>
    /// Weights that change, tasks that move and tasks that end take effect while all runs: p holds a, b and c, and competes with e. A task
    /// that stayed counted where it was would take from the others in p, so from p's half.
    /// </summary>
    [Test, Property("Check", "A-41"), Category(RunLength.FullOnly)]
    public async Task Groups_follow_changes_of_weights_and_tasks()
    {
        await SharedSchedulerAsync("");
        await using var groups = new GuestCgroups(Guest);
        foreach (var (group, weight) in new[] { ("p", 100), ("e", 100), ("p/a", 900), ("p/b", 300), ("p/c", 100) })
            await groups.CreateAsync(group, weight);
        foreach (var group in new[] { "p/a", "p/b", "e" })
            await groups.StartAsync(group, "4:cpus=0-3");
        await ExpectAsync("a 900, b 300", 1.5, 0.5, 0, 2);
        await groups.WeighAsync("p/a", 300);
        await ExpectAsync("a 300, b 300", 1, 1, 0, 2);
        await groups.MoveAsync("p/a", "p/c");
        await ExpectAsync("all of a moved to c 100, b 300", 0, 1.5, 0.5, 2);
        await groups.EndAsync("p/b");
        await ExpectAsync("b ended", 0, 0, 2, 2);

        async Task ExpectAsync(string phase, params double[] due)
        {
            var own = await groups.UsageAsync(2, RunLength.Of(4, 20), "p/a", "p/b", "p/c", "e");
            Note($"{phase}: CPUs of a, b, c and e {string.Join(' ', own.Select(cpus => $"{cpus:F3}"))}");
            using (Assert.EnterMultipleScope())
            {
                for (var i = 0; i < due.Length; i++)
                    Assert.That(own[i], Is.EqualTo(due[i]).Within(0.1), $"{phase}: CPUs of {"abce"[i]}");
            }
        }
    }

    /// <summary>A task that goes to another scheduling class no longer counts in its group, and counts again when it is back.</summary>
    [Test, Property("Check", "A-41"), Category(RunLength.FullOnly)]
    public async Task Groups_do_not_count_tasks_of_another_class()
    {
        await SharedSchedulerAsync("");
        await using var groups = new GuestCgroups(Guest);
        await groups.CreateAsync("a", 100);
        await groups.CreateAsync("b", 100);
        await groups.StartAsync("a", "2:cpus=2");
        await groups.StartAsync("b", "1:cpus=2");
        await ExpectAsync("2 hogs beside 1");
        await ToOneHogOfAAsync("taskset -pc 3 $p && chrt -f -p 1 $p");
        await ExpectAsync("one of the 2 is a real-time task on another CPU");
        await ToOneHogOfAAsync("chrt -o -p 0 $p && taskset -pc 2 $p");
        await ExpectAsync("it is back");

        async Task ToOneHogOfAAsync(string change) => (await Guest.CallAsync(
            "for p in $(sort -n /sys/fs/cgroup/a/cgroup.procs); do [ $(cat /proc/$p/comm) = wd40-hog ] && break; done; " + change)).EnsureSuccess();

        async Task ExpectAsync(string phase)
        {
            var own = await groups.UsageAsync(1, RunLength.Of(3, 10), "b");
            Note($"{phase}: the group of one hog gets {own[0]:F3} CPUs");
            Assert.That(own[0], Is.EqualTo(0.5).Within(0.05), $"{phase}: CPUs of the group of one hog; of two beside one it would be 0.67");
        }
    }

    private async Task GroupDefaultsAsync()
    {
        foreach (var parent in new[] { "", "p/" })
            _groupsBefore[parent] = await ByWeightAsync(parent);
        _groupsBefore["9"] = await OneAgainstAsync(9);
    }

    private async Task<double[]> ByWeightAsync(string parent)
    {
        await using var groups = new GuestCgroups(Guest);
        if (parent.Length > 0)
            await groups.CreateAsync(parent.TrimEnd('/'), 100);
        await groups.CreateAsync(parent + "a", 100);
        await groups.CreateAsync(parent + "b", 300);
        await groups.StartAsync(parent + "a", "4:cpus=0-3");
        await groups.StartAsync(parent + "b", "4:cpus=0-3");
        return await groups.UsageAsync(Settling, RunLength.Of(5, FullSeconds), parent + "a", parent + "b");
    }

    private async Task<double[]> OneAgainstAsync(int many)
    {
        await using var groups = new GuestCgroups(Guest);
        await groups.CreateAsync("a", 100);
        await groups.CreateAsync("b", 100);
        await groups.StartAsync("a", "1:cpus=2");
        await groups.StartAsync("b", $"{many}:cpus=2");
        return await groups.UsageAsync(Settling, RunLength.Of(5, FullSeconds), "a", "b");
    }
}
