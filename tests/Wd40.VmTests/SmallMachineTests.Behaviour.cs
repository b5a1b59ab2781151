// SPDX-License-Identifier: GPL-2.0-only
using Wd40.VmTests.Harness;
using Wd40.VmTests.Reports;

namespace Wd40.VmTests;

/// <summary>
/// What a module or an option changes, beside the same composition without it in the same boot. A start is dear here, so both tests compare with
/// one run of numa, vtime and none.
/// </summary>
internal sealed partial class SmallMachineTests
{
    private const string Never = "--greedy-threshold-x-numa 0";

    private PlainFigures? _plain;

    /// <summary>Among many sleepers on a busy machine 99 of 100 wake-ups wait less with the module interactive than with plain virtual time.</summary>
    /// <remarks>
    /// 0.61 to 0.65 in four boots. It is the slices, which get shorter with the queue: 0.91 with those of vtime's length, and 0.63 and 0.58 without
    /// the request and with vtime's margin, which this test does not tell from the module as it is. Lighter sleepers gain less (12 of 0.3 ms in 8
    /// beside 3 hogs a CPU: 0.71 to 0.93), or nothing: beside 1.5 hogs a CPU 0.85 and 1.16; 16 of 0.1 ms in 8 beside 3 hogs a CPU 1.2.
    /// </remarks>
    [Test, Property("Check", "behaviour"), Category(RunLength.FullOnly)]
    public async Task Interactive_lowers_the_wait_of_sleepers_against_vtime()
    {
        const double P99 = 0.8;
        var vtime = (await PlainAsync()).Sleepers;
        await using var scheduler = await ComposeAsync("interactive", "");
        var interactive = await ManySleepersAsync(vtime.LoopsPerUs);
        var p99 = (double)interactive.DelayNs.P99 / vtime.DelayNs.P99;
        await TestContext.Out.WriteLineAsync(FormattableString.Invariant(
            $"wake-up p50 and p99 in ms: interactive {interactive.DelayNs.P50 / 1e6:F2} and {interactive.DelayNs.P99 / 1e6:F2}, ")
            + FormattableString.Invariant($"vtime {vtime.DelayNs.P50 / 1e6:F2} and {vtime.DelayNs.P99 / 1e6:F2}; p99 {p99:F2} of vtime's"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(vtime.DelayNs.Count, Is.GreaterThan(1000), "wake-ups in the window, vtime");
            Assert.That(interactive.DelayNs.Count, Is.GreaterThan(1000), "wake-ups in the window, interactive");
            Assert.That(p99, Is.LessThanOrEqualTo(P99), "99 of 100 wake-ups, of vtime's");
        }
    }

    /// <summary>Hogs at home on one node leave the other one idle where its CPUs may take none, and are taken where the option is left out.</summary>
    [Test, Property("Check", "behaviour"), Category(RunLength.FullOnly)]
    public async Task With_a_threshold_of_zero_no_node_takes_tasks_of_another()
    {
        var plain = await PlainAsync();
        await using var scheduler = await ComposeAsync("vtime", Never);
        var (hogs, pulls) = await CrowdedNodeAsync(scheduler);
        await TestContext.Out.WriteLineAsync(FormattableString.Invariant(
            $"8 hogs at home on node 0: {pulls} pulls across nodes, {hogs.Groups[0].Moves} moves, {hogs.CpusUsed:F2} CPUs with {Never}; ")
            + FormattableString.Invariant($"without {plain.Pulls}, {plain.Hogs.Groups[0].Moves}, {plain.Hogs.CpusUsed:F2}"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(plain.Pulls, Is.Positive, "greedy_xnuma without the option");
            Assert.That(plain.Hogs.CpusUsed, Is.EqualTo(Cpus).Within(5).Percent, "CPUs that the hogs used without the option");
            Assert.That(pulls, Is.Zero, "greedy_xnuma");
            Assert.That(hogs.Groups[0].Moves, Is.Zero, "moves of hogs between nodes");
            Assert.That(hogs.CpusUsed, Is.EqualTo(Cpus / 2).Within(5).Percent, "CPUs that the hogs used");
        }
    }

    /// <summary>Both loads under one run of numa, vtime and none; the first test that needs it makes it.</summary>
    private async Task<PlainFigures> PlainAsync()
    {
        if (_plain is not null)
            return _plain;
        await using var scheduler = await ComposeAsync("vtime", "");
        var sleepers = await ManySleepersAsync(0);
        var (hogs, pulls) = await CrowdedNodeAsync(scheduler);
        return _plain = new PlainFigures(sleepers, hogs, pulls);
    }

    /// <summary>Without a balancer: what crosses nodes is pulled.</summary>
    private Task<RunningScheduler> ComposeAsync(string deadline, string options) =>
        RunningScheduler.StartAsync(Guest, $"--placement numa --deadline {deadline} --balance none {options}", name: "compose");

    /// <summary>3 sleepers a CPU that work for 1 ms every 10, beside 2 hogs a CPU of equal weight.</summary>
    /// <param name="loopsPerUs">Speed of the work, so that it is the same in each run; 0: measured.</param>
    private Task<WakeupsReport> ManySleepersAsync(double loopsPerUs) => MiddleOfThreeAsync(FormattableString.Invariant(
        $"--tasks {3 * Cpus} --period-us 10000 --work-us 1000 --hogs-per-cpu 2 --warmup 0.5 --seconds {RunLength.Of(3, 30)} --loops-per-us {loopsPerUs}"));

    /// <summary>8 hogs that are born on node 0 and may then run anywhere, and how many tasks were pulled across nodes meanwhile.</summary>
    private async Task<(HogsReport Hogs, long Pulls)> CrowdedNodeAsync(RunningScheduler scheduler)
    {
        var before = await scheduler.TotalsAsync();
        var hogs = await LoadAsync<HogsReport>(FormattableString.Invariant($"{Crowd} --seconds {RunLength.Of(2, 20)}"));
        return (hogs, (await scheduler.TotalsAsync()).PullsAcross - before.PullsAcross);
    }

    private sealed record PlainFigures(WakeupsReport Sleepers, HogsReport Hogs, long Pulls);
}
