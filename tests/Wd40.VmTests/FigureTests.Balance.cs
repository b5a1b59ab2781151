// SPDX-License-Identifier: GPL-2.0-only
using System.Globalization;
using Wd40.VmTests.Harness;
using Wd40.VmTests.Reports;

namespace Wd40.VmTests;

/// <summary>Load figures and convergence of the balancer.</summary>
internal sealed partial class FigureTests
{
    /// <summary>Only the balancer moves tasks between domains, and it logs each move.</summary>
    private const string BalancerAlone = "-g 0 -D 0 -K 0 -v";

    /// <summary>Default period of the balancer, guest seconds.</summary>
    private const double Interval = 2;

    private const int Rounds = 5;

    /// <summary>From the moment of interest to the window in which CPU time is measured.</summary>
    private const double RoundsTime = (Rounds * Interval) + 1;

    private const double Window = 3;

    /// <summary>16 hogs that all begin in one domain are spread evenly, and the kernel saw the moves that the balancer counts.</summary>
    [Test, Order(1), Property("Check", "A-11"), Category(RunLength.OneKernel)]
    public async Task Sixteen_hogs_of_one_domain_spread_over_both()
    {
        var scheduler = await SharedSchedulerAsync(BalancerAlone);
        const double Widen = 0.5;
        var arguments = FormattableString.Invariant($"--groups 16 --start-on 0-3 --widen-after {Widen}");
        var run = await BalanceRun.RecordAsync(Guest, arguments, Widen, Widen + RoundsTime, Window);
        await JudgeConvergenceAsync(scheduler, run, [8, 8]);
        // Of 16 hogs on 4 CPUs 12 wait at any time, so each that goes is one of them with 3 of 4: fewer than 2 of 8 come once in 2 600 runs.
        var totals = await scheduler.TotalsAsync();
        Note($"{totals.NrMovedQueued} of {totals.NrMigrations} migrations from queue to queue");
        Assert.That(totals.NrMovedQueued, Is.InRange(totals.NrMigrations / 4, totals.NrMigrations), "migrations from queue to queue");
    }

    /// <summary>After the 8 hogs of one domain have ended, the other 8 are spread evenly.</summary>
    [Test, Order(1), Property("Check", "A-11"), Category(RunLength.OneKernel)]
    public async Task Eight_remaining_hogs_spread_over_both_domains()
    {
        var scheduler = await SharedSchedulerAsync(BalancerAlone);
        // Time to settle at 8:8, from wherever the hogs were started.
        const double Kill = (4 * Interval) + 0.5;
        var arguments = FormattableString.Invariant($"--groups 16 --kill-on 4-7 --kill-after {Kill}");
        var run = await BalanceRun.RecordAsync(Guest, arguments, Kill, Kill + RoundsTime, Window);
        Assert.That(run.Hogs.Groups[0].Alive, Is.EqualTo(8), "hogs left after those of one domain have ended");
        await JudgeConvergenceAsync(scheduler, run, [4, 4]);
    }

    /// <summary>With default options, too: when homes are even, less than 5 % of what dispatch decides are pulls.</summary>
    /// <remarks>
    /// Decisions to let the running task go on are among them: the original had none, each end of a slice was a dispatch, and the figures that check A-13
    /// speaks of counted it. With 8 hogs at 4:4 there is little else; of the rest, 40 placements and dispatches a second, 2 to 10 % are pulls
    /// (docs/scheduling-evidence.md, D5). With 16 hogs, which do queue, pulls are less than 5 % without the decisions to go on as well; without a balancer 13.
    /// </remarks>
    [TestCase(8), TestCase(16)]
    [Property("Check", "A-13"), Category(RunLength.OneKernel)]
    public async Task After_settling_few_tasks_are_pulled(int hogs)
    {
        const double Widen = 0.5, Limit = 0.05;
        var window = RunLength.Of(4, 30);
        var scheduler = await SharedSchedulerAsync("");
        var job = await Guest.StartAsync(FormattableString.Invariant(
            $"exec {GuestPrograms.Load} hogs --groups {hogs} --start-on 0-3 --widen-after {Widen} --warmup {Widen} --seconds {RoundsTime + window + 2}"));
        await Guest.CallAsync(FormattableString.Invariant($"sleep {Widen + RoundsTime}"));
        var before = await scheduler.TotalsAsync();
        await Guest.CallAsync($"sleep {window}");
        var after = await scheduler.TotalsAsync();
        (await job.EndAsync()).ReadJson<HogsReport>();
        double pulls = Pulls(after) - Pulls(before);
        var counted = after.Total - before.Total;
        var kept = after.NrKeep - before.NrKeep;
        var decisions = counted + kept;
        Note($"{hogs} hogs: {pulls:F0} pulls in {window} s, {pulls / counted:P1} of {counted} placements and dispatches, {pulls / decisions:P1} with {kept} "
            + "decisions to go on");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(decisions, Is.GreaterThan(100 * window), "decisions");
            Assert.That(pulls / decisions, Is.LessThan(Limit), "part of the decisions that are pulls");
            if (hogs > 8)
                Assert.That(pulls / counted, Is.LessThan(Limit), "part of the placements and dispatches that are pulls");
        }
    }

    /// <summary>8 hogs are a load of 8, with weights (machine full) and without (half of it idle), and imbalances cancel out.</summary>
    [TestCase("8", 0, true), TestCase("8:nice=3:cpus=0-3", 0.5, false)]
    [Order(1), Property("Check", "A-27"), Category(RunLength.OneKernel)]
    public async Task Eight_hogs_are_a_load_of_eight(string groups, double idle, bool full)
    {
        await SharedSchedulerAsync(BalancerAlone);
        // All eight may begin in one domain; they leave it step by step.
        const double Settle = 12;
        var run = await BalanceRun.RecordAsync(Guest, $"--groups {groups}", Settle, Settle, RunLength.Of(6, 60), traced: false, readMs: 1000);
        var steps = run.Steps;
        var loads = string.Join(" ", steps.Select(step => Text(step.Load)));
        Note($"{(full ? "full" : "half idle")}: loads {loads}, idle share {run.Hogs.IdleShare:F3}, "
            + $"hogs per domain {string.Join(" ", run.Hogs.Samples!.Select(sample => string.Join(":", sample.HogsPerDomain)).Distinct())}");
        Assert.That(steps, Has.Count.GreaterThanOrEqualTo(2), "balance steps in the window");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(run.Hogs.IdleShare, Is.EqualTo(idle).Within(0.02), "idle share: the machine was not in the mode to be tested");
            Assert.That(steps.Average(step => step.Load), Is.EqualTo(8).Within(3).Percent, "sum of loads");
            foreach (var step in steps)
            {
                Assert.That(step.Domains.Sum(domain => domain.Imbal), Is.Zero.Within(0.001), "sum of the domains' imbalances");
                Assert.That(step.Nodes.Values.Sum(node => node.Imbal), Is.Zero.Within(0.001), "sum of the nodes' imbalances");
            }
        }
    }

    private async Task JudgeConvergenceAsync(RunningScheduler scheduler, BalanceRun run, int[] wanted)
    {
        var steps = run.Steps;
        var rounds = run.StepsUntilEven;
        var last = run.Hogs.Samples![^1].HogsPerDomain;
        Note($"even after {rounds} balance steps of {steps.Count}: "
            + $"loads {string.Join(" ", steps.Select(step => string.Join(":", step.Domains.Select(domain => Text(domain.Load)))))}; "
            + $"hogs per domain {string.Join(":", last)}; {8 * (1 - run.Hogs.IdleShare):F2} CPUs used, {run.Hogs.CpusUsed:F2} by the hogs; "
            + $"{run.Applied} migrations applied; traced between domains: {run.HogMoves.Count} moves of hogs, {run.OtherMoves} of other tasks");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(steps, Has.Count.GreaterThanOrEqualTo(Rounds), "balance steps in the time of as many intervals");
            Assert.That(rounds, Is.LessThanOrEqualTo(Rounds), "balance steps until loads are within 5 % of their mean");
            Assert.That(last, Is.EqualTo(wanted), "hogs per domain at the end");
            Assert.That(run.Hogs.IdleShare, Is.LessThan(0.01), "idle share of the 8 CPUs after convergence");
            Assert.That(run.HogMoves, Is.Not.Empty, "moves of hogs between domains");
            // With these options nobody but the balancer moves a hog.
            Assert.That(run.LoggedHogMoves(scheduler.Job.ErrorSoFar), Has.Count.EqualTo(run.HogMoves.Count), "applied moves of hogs against the kernel's tracepoint");
        }

        // And what the log says is what the counter counts, but for tasks that ended before the step that would have read their answer.
        (await Guest.CallAsync($"sleep {Interval * 2}")).EnsureSuccess();
        var total = (int)(await scheduler.TotalsAsync()).NrMigrations;
        var logged = LoggedMove.Parse(scheduler.Job.ErrorSoFar).Count;
        Assert.That(logged, Is.InRange(total - 2, total), "moves in the log against nr_migrations");
    }

    private static string Text(double load) => load.ToString("F2", CultureInfo.InvariantCulture);
}
