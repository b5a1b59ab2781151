// SPDX-License-Identifier: GPL-2.0-only
using System.Globalization;
using System.Text.Json;
using Wd40.ArenaRuntime;
using Wd40.VmTests.Harness;
using Wd40.VmTests.Reports;

namespace Wd40.VmTests;

/// <summary>What the scheduler's own process costs.</summary>
internal sealed partial class FigureTests
{
    /// <summary>CPUs that the process may use: half of what rusty needs here, which is 32 % of one emulated CPU.</summary>
    private const double ProcessLimit = 0.16;

    /// <summary>How much later than another step explains a step may begin, us.</summary>
    private const double LateLimitUs = 10_000;

    /// <summary>Longest step, us of an emulated CPU that shares its clock with 7 busy ones: 3 times what the balancer's steps take there.</summary>
    private const double LongestUs = 25_000;

    /// <summary>CPU time of the process on an idle and on a full machine; no collection, no step that comes late because of the runtime.</summary>
    [Test, Order(3), Property("Check", "A-36"), Category(RunLength.OneKernel)]
    public async Task What_the_process_costs_is_little_and_no_step_is_late()
    {
        var scheduler = await SharedSchedulerAsync("");
        var seconds = RunLength.Of(4, 30);
        await Guest.CallAsync("sleep 1");
        var idle = await ProcessShareAsync(seconds);
        var hogs = await Guest.StartAsync(FormattableString.Invariant($"exec {GuestPrograms.Load} hogs --groups 16 --warmup 1 --seconds {seconds + 1}"));
        await Guest.CallAsync("sleep 1");
        var full = await ProcessShareAsync(seconds);
        var load = (await hogs.EndAsync()).ReadJson<HogsReport>();
        var result = await scheduler.StopAsync();
        var report = await scheduler.ReadReportAsync();
        var steps = report.GetProperty("steps").EnumerateArray().ToArray();
        Note($"CPUs used by the process: idle {idle:F4}, full {full:F4}; {report.GetProperty("seconds").GetDouble():F0} s, "
            + string.Join("; ", steps.Select(step => $"{Text(step, "name")}: {Text(step, "count")} steps, mean {Text(step, "mean_microseconds")} us, "
                + $"longest {Text(step, "longest_microseconds")} us, latest {Text(step, "latest_microseconds")} us")));
        double Largest(string figure) => steps.Max(step => step.GetProperty(figure).GetDouble());
        using (Assert.EnterMultipleScope())
        {
            Assert.That(result.ExitCode, Is.EqualTo((int)ExitCode.Clean), result.Error);
            Assert.That(load.IdleShare, Is.LessThan(0.01), "idle share under 16 hogs: the machine was not full");
            Assert.That(idle, Is.Positive.And.LessThanOrEqualTo(ProcessLimit), "CPUs used by the process on an idle machine");
            Assert.That(full, Is.Positive.And.LessThanOrEqualTo(ProcessLimit), "CPUs used by the process on a full machine");
            Assert.That(report.GetProperty("loop_collections").GetInt32(), Is.Zero, "garbage collections while the scheduler ran");
            Assert.That(report.GetProperty("loop_allocated_bytes").GetInt64(), Is.Zero, "bytes that the loop allocated");
            Assert.That(steps.Select(step => step.GetProperty("count").GetInt64()), Is.All.Positive);
            Assert.That(Largest("longest_microseconds"), Is.LessThanOrEqualTo(LongestUs), "longest step, us: a pause of a real-time thread");
            // The steps share a thread, and an emulated CPU of 8 busy ones does 15 million instructions a second: one may wait for the other.
            Assert.That(Largest("latest_microseconds"), Is.LessThanOrEqualTo(Largest("longest_microseconds") + LateLimitUs), "begin of a step, us late");
        }
    }

    /// <summary>CPUs that all threads of the scheduler's process use in a window of guest time.</summary>
    private async Task<double> ProcessShareAsync(int seconds)
    {
        // The sum over threads that are there at both ends; a thread that came in between counts from its birth.
        var words = (await Guest.CallAsync($$"""
            used() { cat /proc/$(pidof wd40)/task/*/schedstat | awk '{ sum += $1 } END { printf "%.0f ", sum }'; cut -d ' ' -f 1 /proc/uptime; }
            used; sleep {{seconds}}; used
            """)).EnsureSuccess().Output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var numbers = words.Select(word => double.Parse(word, CultureInfo.InvariantCulture)).ToArray();
        return (numbers[2] - numbers[0]) / 1e9 / (numbers[3] - numbers[1]);
    }

    private static string Text(JsonElement step, string name) => step.GetProperty(name) is { ValueKind: JsonValueKind.Number } number
        ? number.GetDouble().ToString("0.#", CultureInfo.InvariantCulture)
        : step.GetProperty(name).ToString();
}
