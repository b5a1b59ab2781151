// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime;
using Wd40.LoadBalance;
using Wd40.Schedulers;

namespace Wd40.UnitTests.LoadBalance;

/// <summary>The module level beside rusty in named cases, each from all distributions of the hogs that it lists; figures are sums over these.</summary>
[TestFixture]
public sealed class LevelCasesTests
{
    private const double Half = 0.5, Tenth = 1.1;

    /// <summary>12 hogs on 2 and 6 CPUs: evened out in one round; rusty gives half of a surplus a round.</summary>
    [Test]
    public void Unequal_domains_are_level_sooner() => Judge("2 + 6 CPUs, 12 hogs", Starts(12, [2, 6], 1), Half, mean: true);

    /// <summary>The same as two nodes: of 10 hogs on the large one rusty leaves all there, 11 % above its share, and half of the small one idle.</summary>
    [Test]
    public void Unequal_nodes_are_level_in_the_end() => Judge("2 + 6 CPUs as nodes, 12 hogs", Starts(12, [2, 6], 2), Half, mean: false);

    [Test]
    public void Equal_domains() => Judge("4 + 4 CPUs, 12 hogs", Starts(12, [4, 4], 1), Tenth);

    [Test]
    public void An_odd_hog() => Judge("2 + 2 CPUs, 5 hogs", Starts(5, [2, 2], 1), Tenth);

    [Test]
    public void A_heavy_one_among_others() => Judge("4 + 4 CPUs, a hog of nice -10 among 11", make =>
    {
        var sum = default(BedResult);
        for (int first = 0; first <= 11; first++)
        {
            using var bed = new BalanceBed([4, 4], 1, make);
            bed.Add(1, 0, weight: 932);
            bed.Add(first, 0);
            bed.Add(11 - first, 1);
            sum += bed.Run();
        }
        return sum;
    }, Tenth);

    [Test]
    public void Two_nodes_of_two_domains() => Judge("2 nodes of 2 + 2 CPUs, 12 hogs", make =>
    {
        var sum = default(BedResult);
        for (int first = 0; first <= 12; first++)
        {
            using var bed = new BalanceBed([2, 2, 2, 2], 2, make);
            bed.Add(first, 0);
            bed.Add(12 - first, 3);
            sum += bed.Run();
        }
        return sum;
    }, Tenth);

    [Test]
    public void A_crowd_that_comes_and_goes() => Judge("4 + 4 CPUs, 8 hogs, 40 more in one domain for some rounds", make =>
    {
        using var bed = new BalanceBed([4, 4], 1, make);
        bed.Add(4, 0);
        bed.Add(4, 1);
        int[] crowd = [];
        return bed.Run(round =>
        {
            if (round == 1)
                crowd = bed.Add(40, 0);
            // The first half ends, wherever each of them is by then, later the others.
            if (round is 4 or 7)
            {
                foreach (int slot in round == 4 ? crowd[..20] : crowd[20..])
                    bed.Arena.End(slot);
            }
        });
    }, Tenth);

    private static Func<Func<int, BalanceThresholds, RoundPlanner>, BedResult> Starts(int hogs, int[] cpus, int nodes) => make =>
    {
        var sum = default(BedResult);
        for (int first = 0; first <= hogs; first++)
        {
            using var bed = new BalanceBed(cpus, nodes, make);
            bed.Add(first, 0);
            bed.Add(hogs - first, 1);
            sum += bed.Run();
        }
        return sum;
    };

    /// <summary>Judges both figures of an even case, or the one in which an uneven case differs.</summary>
    private static void Judge(string name, Func<Func<int, BalanceThresholds, RoundPlanner>, BedResult> run, double bound, bool? mean = null)
    {
        var rusty = run(PlannerOf("rusty"));
        var level = run(PlannerOf("level"));
        TestContext.Out.WriteLine(FormattableString.Invariant(
            $"{name}: level {level.Mean:F3} on average, {level.Settled:F3} in the end, {level.Moves} moves; ")
            + FormattableString.Invariant($"rusty {rusty.Mean:F3}, {rusty.Settled:F3}, {rusty.Moves}"));
        using (Assert.EnterMultipleScope())
        {
            if (mean != false)
                Assert.That(level.Mean, Is.LessThanOrEqualTo(bound * rusty.Mean), "imbalance, mean of the rounds");
            if (mean != true)
                Assert.That(level.Settled, Is.LessThanOrEqualTo(bound * rusty.Settled), "imbalance after the last round");
            if (mean is not null)
                Assert.That(mean.Value ? rusty.Mean : rusty.Settled, Is.Positive, "control: rusty leaves an imbalance");
            Assert.That(level.Moves, Is.Positive, "control: there was something to move");
        }
    }

    private static Func<int, BalanceThresholds, RoundPlanner> PlannerOf(string module) =>
        ModuleRegistry.Find(ModuleSlot.LoadBalance, module).MakePlanner!;
}
