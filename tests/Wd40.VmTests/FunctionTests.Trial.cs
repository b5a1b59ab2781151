// SPDX-License-Identifier: GPL-2.0-only
using System.Text.Json;
using Wd40.ArenaRuntime;
using Wd40.VmTests.Harness;

namespace Wd40.VmTests;

/// <summary>A scheduler that is tried for a time.</summary>
internal sealed partial class FunctionTests
{
    /// <summary>Long enough to be seen enabled on a host that is busy with other work.</summary>
    private const int TrialSeconds = 6;

    /// <summary>Nobody confirms: it detaches in time, says so, and has shown the same figures twice, beside the lines of --stats.</summary>
    [Test, Order(1), Property("Check", "trial"), Category(RunLength.FullOnly)]
    public async Task A_trial_detaches_by_itself()
    {
        await EndSharedSchedulerAsync();
        await using var scheduler = await OwnSchedulerAsync($"--trial {TrialSeconds}s --stats 0.5 --json");
        var result = await scheduler.WaitAsync();
        var state = await StateAsync();
        var report = await scheduler.ReadReportAsync();
        TestContext.Out.WriteLine(report.GetProperty("trial").ToString());
        var lines = TrialLines(result.Output);
        Assert.That(lines, Has.Length.EqualTo(1), result.Output);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(result.ExitCode, Is.EqualTo((int)ExitCode.Clean), result.Error);
            Assert.That(state, Is.EqualTo("disabled"), "after the process has ended");
            Assert.That(lines[0].GetProperty("outcome").GetString(), Is.EqualTo("Detached"));
            Assert.That(report.GetProperty("trial").GetProperty("outcome").GetString(), Is.EqualTo("Detached"));
            Assert.That(result.Output.Split('\n'), Has.Some.Contains("nr_slots_allocated"), "the lines of --stats");
            Assert.That(report.GetProperty("loop_collections").GetInt32(), Is.Zero, "the trial made garbage in the loop");
            foreach (var window in new[] { "before", "during" })
            {
                var figures = lines[0].GetProperty(window);
                // These kernels tell all of them.
                Assert.That(figures.EnumerateObject().Where(figure => figure.Value.ValueKind == JsonValueKind.Null), Is.Empty, window);
                Assert.That(figures.GetProperty("context_switches_per_s").GetDouble(), Is.Positive, window);
                Assert.That(figures.GetProperty("cpu_busy_percent").GetDouble(), Is.InRange(0, 100), window);
            }
            Assert.That(lines[0].GetProperty("during").GetProperty("seconds").GetDouble(), Is.GreaterThanOrEqualTo(TrialSeconds));
        }
    }

    /// <summary>SIGUSR1 confirms it: it stays beyond its time and then ends as any other run.</summary>
    [Test, Order(1), Property("Check", "trial"), Category(RunLength.FullOnly)]
    public async Task A_confirmed_trial_stays()
    {
        // Longer than the other: the first signal that a process handles takes it some time on a host that is busy with other work.
        const int SigUsr1 = 10, Seconds = 2 * TrialSeconds;
        await EndSharedSchedulerAsync();
        await using var scheduler = await OwnSchedulerAsync($"--trial {Seconds} --json");
        await scheduler.Job.KillAsync(SigUsr1);
        await Guest.CallAsync($"sleep {Seconds + 2}");
        var state = await StateAsync();
        var ended = scheduler.Job.HasEnded;
        var result = await scheduler.StopAsync();
        var lines = TrialLines(result.Output);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(state, Is.EqualTo("enabled"), "2 s after the time of the trial");
            Assert.That(ended, Is.False, "the process had ended");
            Assert.That(lines.Select(line => line.GetProperty("outcome").GetString()), Is.EqualTo(new[] { "Confirmed" }));
            Assert.That(result.ExitCode, Is.EqualTo((int)ExitCode.Clean), result.Error);
        }
    }

    private static JsonElement[] TrialLines(string output) =>
    [
        .. output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(line => line.StartsWith("{\"trial\":", StringComparison.Ordinal)).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("trial")),
    ];
}
