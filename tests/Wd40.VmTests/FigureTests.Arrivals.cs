// SPDX-License-Identifier: GPL-2.0-only
using Wd40.VmTests.Harness;
using Wd40.VmTests.Reports;

namespace Wd40.VmTests;

/// <summary>What hogs see when others come, and how often they move.</summary>
internal sealed partial class FigureTests
{
    /// <summary>Alone on its CPU, then a newcomer beside it: seconds.</summary>
    private static readonly int _alone = RunLength.Of(10, 60), _together = RunLength.Of(4, 10);

    private NewcomerRun? _newcomerBefore;
    private HogsReport? _fiveBefore;

    /// <summary>A hog that was alone for long goes on when a second one comes: it owes the newcomer nothing.</summary>
    [Test, Property("Check", "A-9"), Category(RunLength.OneKernel)]
    public async Task When_a_newcomer_comes_the_hog_goes_on()
    {
        await DefaultsAsync();
        var scheduler = await SharedSchedulerAsync("");
        var own = await NewcomerAsync();
        Note($"longest wait of the first hog {own.FirstGapNs / 1e6:F1} ms, share of the newcomer {own.SecondShare:F3}; "
            + $"default scheduler {_newcomerBefore!.FirstGapNs / 1e6:F1} ms and {_newcomerBefore.SecondShare:F3}");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(own.FirstGapNs, Is.LessThanOrEqualTo(GapLimitNs), "longest wait of the first hog, ns");
            Assert.That(own.SecondShare, Is.EqualTo(0.5).Within(0.1), "CPUs of the newcomer: the two did not compete");
            Assert.That(scheduler.Job.HasEnded, Is.False, "wd40 has ended");
        }
    }

    /// <summary>An odd number of hogs is not sent to and fro between two domains.</summary>
    [Test, Property("Check", "A-12"), Category(RunLength.OneKernel)]
    public async Task While_five_hogs_run_their_homes_are_stable()
    {
        const int Steps = 10;
        await DefaultsAsync();
        await SharedSchedulerAsync("");
        const double Settle = 4 * Interval;
        var run = await BalanceRun.RecordAsync(Guest, "--groups 5", Settle, Settle, RunLength.Of((Steps + 1) * Interval, 300), traced: false);
        var limit = Math.Max(1, run.Steps.Count / Steps);
        Note($"5 hogs: {run.Applied} migrations in {run.Steps.Count} balance steps; moves between domains that hogs saw since their start: "
            + $"{run.Hogs.Groups[0].Moves}, default scheduler {_fiveBefore!.Groups[0].Moves}");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(run.Steps, Has.Count.GreaterThanOrEqualTo(Steps), "balance steps in the window");
            Assert.That(run.Applied, Is.LessThanOrEqualTo(limit), "applied migrations after settling");
            Assert.That(run.Hogs.CpusUsed, Is.EqualTo(5).Within(2).Percent, "CPUs that the hogs used");
        }
    }

    private async Task<NewcomerRun> NewcomerAsync()
    {
        var first = await Guest.StartAsync(FormattableString.Invariant(
            $"exec {GuestPrograms.Load} hogs --groups 1:cpus=2 --warmup 1 --seconds {_alone + _together}"));
        (await Guest.CallAsync($"sleep {_alone}")).EnsureSuccess();
        var second = await LoadAsync<HogsReport>(FormattableString.Invariant($"hogs --groups 1:cpus=2 --warmup 0.5 --seconds {_together - 1}"));
        var report = (await first.EndAsync()).ReadJson<HogsReport>();
        return new NewcomerRun(report.Groups[0].LongestGapNs, second.Groups[0].ShareSum);
    }

    /// <param name="FirstGapNs">Longest time without progress of the hog that was there first.</param>
    /// <param name="SecondShare">CPUs of the newcomer while both ran.</param>
    private sealed record NewcomerRun(long FirstGapNs, double SecondShare);
}
