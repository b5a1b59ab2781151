// SPDX-License-Identifier: GPL-2.0-only
using System.Globalization;
using Wd40.Vm;
using Wd40.VmTests.Harness;

namespace Wd40.VmTests;

/// <summary>The soak.</summary>
internal sealed partial class FunctionTests
{
    /// <summary>
    /// Under a mixed load - processes that come and go, pipes, timers, changes of affinity, hogs - nothing grows and nothing is lost. At full
    /// length half an hour and a slope per hour; in the scaled run 16 s and a bound on the growth itself.
    /// </summary>
    [Test, Order(3), Property("Check", "A-38"), Category(RunLength.OneKernel)]
    public async Task Soak_grows_nothing()
    {
        var (settle, seconds, period) = RunLength.Of((6, 16, 2), (120, 1800, 20));
        var scheduler = await SharedSchedulerAsync("");
        var load = await StartMixedLoadAsync(settle + seconds);
        // Code that is compiled and pages that are touched for the first time are no growth.
        await Guest.CallAsync($"sleep {settle}");
        var samples = new List<SoakSample>();
        for (var at = 0; at <= seconds; at += period)
        {
            samples.Add(await SoakSampleAsync());
            await Guest.CallAsync($"sleep {period}");
        }
        foreach (var job in load)
            (await job.EndAsync()).EnsureSuccess();
        var held = await SettledAsync(scheduler);
        var first = samples[0];
        var last = samples[^1];
        var slope = SlopePerHour(samples) / first.PssKiB;
        TestContext.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{last.AtS - first.AtS:F0} s: process {first.PssKiB} -> {last.PssKiB} KiB ({100 * slope:F1} %/h), arena {first.ArenaKiB} -> {last.ArenaKiB} KiB, "
            + $"{held.Stats.NrSlotsAllocated} slots handed out since the start, {held.Unfreed} held for {held.Tasks} tasks"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(scheduler.Job.HasEnded, Is.False, "the scheduler ended");
            Assert.That(await StateAsync(), Is.EqualTo("enabled"));
            Assert.That(samples.Select(sample => sample.ArenaKiB), Is.All.EqualTo(first.ArenaKiB), "arena pages in memory, KiB");
            if (RunLength.IsFull)
                Assert.That(slope, Is.LessThanOrEqualTo(0.01), "growth of the process per hour");
            else
                Assert.That(last.PssKiB - first.PssKiB, Is.LessThanOrEqualTo(SoakGrowthKiB), "growth of the process, KiB");
            Assert.That(held.Unfreed, Is.EqualTo(held.Tasks).Within(TransientTasks), "one slot for each task");
            Assert.That(held.Stats.NrSlotErrors, Is.Zero, "slot errors");
            Assert.That(held.Stats.NrUntracked, Is.Zero, "tasks without a slot");
        }
    }

    /// <summary>In the scaled run: 2 % of the 48 MiB that the process needs. A leak of 20 bytes a fork or 1 KiB a balance step is not seen by it.</summary>
    private const int SoakGrowthKiB = 1024;

    private async Task<GuestJob[]> StartMixedLoadAsync(int seconds)
    {
        var end = string.Create(CultureInfo.InvariantCulture, $"--seconds {seconds}");
        string[] commands =
        [
            $"exec {GuestPrograms.Load} affinity --tasks 8 --rate 20 --hogs-per-cpu 0.5 {end} > /dev/null",
            $"exec {GuestPrograms.Load} pingpong --pairs 2 {end} > /dev/null",
            // Processes and timers, as a build has them: a shell that starts one program after the other.
            $"end=$(($(cut -d . -f 1 /proc/uptime) + {seconds})); while [ $(cut -d . -f 1 /proc/uptime) -lt $end ]; do sleep 0.02; true | cat; done",
        ];
        return await Task.WhenAll(commands.Select(command => Guest.StartAsync(command)));
    }

    private async Task<SoakSample> SoakSampleAsync()
    {
        var words = (await Guest.CallAsync("""
            cut -d ' ' -f 1 /proc/uptime; p=$(pidof wd40)
            awk '/^Pss:/ { print $2 }' /proc/$p/smaps_rollup
            awk '/^100000000000-/ { here = 1 } here && /^Rss:/ { print $2; exit }' /proc/$p/smaps
            """)).EnsureSuccess().Output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return new SoakSample(double.Parse(words[0], CultureInfo.InvariantCulture), long.Parse(words[1], CultureInfo.InvariantCulture),
            long.Parse(words[2], CultureInfo.InvariantCulture));
    }

    /// <summary>Least squares over all samples, KiB an hour: the two at the ends alone would be a matter of chance.</summary>
    private static double SlopePerHour(List<SoakSample> samples)
    {
        var meanAt = samples.Average(sample => sample.AtS);
        var meanSize = samples.Average(sample => sample.PssKiB);
        return 3600 * samples.Sum(sample => (sample.AtS - meanAt) * (sample.PssKiB - meanSize))
            / samples.Sum(sample => (sample.AtS - meanAt) * (sample.AtS - meanAt));
    }

    /// <param name="AtS">Uptime of the guest.</param>
    /// <param name="PssKiB">The process's share of what it maps, arena included.</param>
    /// <param name="ArenaKiB">Of the arena in memory.</param>
    private sealed record SoakSample(double AtS, long PssKiB, long ArenaKiB);
}
