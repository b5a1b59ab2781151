// SPDX-License-Identifier: GPL-2.0-only
using System.Globalization;
using System.Text.RegularExpressions;
using Wd40.VmTests.Harness;
using Wd40.VmTests.Reports;

namespace Wd40.VmTests;

/// <summary>What it costs that a scheduler is put together when it starts.</summary>
internal sealed partial class FigureTests
{
    /// <summary>Steps of a start from the modules' objects to verified programs, as the log names them.</summary>
    private static readonly string[] _loadingSteps = ["manifests", "link", "kernel functions", "open", "read-only data", "load"];

    /// <summary>
    /// Reading, checking and linking the modules and loading what comes of it takes at most 3 times what a C program needs to load the same object from
    /// one file, prebuilt; and no other program is run for it.
    /// </summary>
    [Test, Order(2), Property("Check", "loading"), Category(RunLength.FullOnly)]
    public async Task Modules_load_about_as_fast_as_one_prebuilt_object()
    {
        const double Factor = 3;
        await EndSharedSchedulerAsync();
        var loader = await Lifetime.PrepareCLoaderAsync(Guest);
        var prebuilt = loader.Replace(GuestPrograms.CLoader, $"{GuestPrograms.CLoader} --load", StringComparison.Ordinal);
        double c = double.MaxValue, own = double.MaxValue;
        var steps = "";
        var programs = Array.Empty<string>();
        // The first time pages come from the disk, the second time all is warm.
        for (var round = 0; round < 2; round++)
        {
            var loaded = (await Guest.CallAsync($"exec {prebuilt}")).ReadJson<LoadReport>();
            c = Math.Min(c, loaded.LoadNs / 1e6);
            var (log, run) = await TraceExecAsync($"{GuestPrograms.Wd40} run {Scheduler} --dry-run -v");
            var times = _loadingSteps.Select(step => (Step: step, Ms: StepMs(log, step))).ToArray();
            if (times.Sum(time => time.Ms) >= own)
                continue;
            own = times.Sum(time => time.Ms);
            steps = string.Join(", ", times.Select(time => FormattableString.Invariant($"{time.Step} {time.Ms:F0}")));
            programs = run;
        }

        Note(FormattableString.Invariant($"modules {own:F0} ms ({steps}), prebuilt object from C {c:F0} ms: {own / c:F2} times; programs run: {string.Join(" ", programs)}"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(own, Is.LessThanOrEqualTo(Factor * c), "ms from the modules' objects to verified programs");
            Assert.That(programs, Is.EqualTo(new[] { GuestPrograms.Wd40 }), "programs that were run");
        }
    }

    private static double StepMs(string log, string step)
    {
        var match = Regex.Match(log, $@"^\w+: {Regex.Escape(step)}: ([0-9.]+) ms$", RegexOptions.Multiline);
        Assert.That(match.Success, $"the log has no time of step '{step}': {log}");
        return double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);
    }

    /// <summary>Runs a command under a trace of exec.</summary>
    /// <returns>What it wrote to standard error, and the programs that were run, itself first.</returns>
    private async Task<(string Error, string[] Programs)> TraceExecAsync(string command)
    {
        const string Trace = "/sys/kernel/tracing/instances/exec", Enable = Trace + "/events/sched/sched_process_exec/enable";
        // By one shell, which is there before the trace.
        var result = (await Guest.CallAsync(
            $"set -e; mkdir {Trace}; echo 1 > {Enable}; {command} > /dev/null; echo 0 > {Enable}; cat {Trace}/trace; rmdir {Trace}")).EnsureSuccess();
        return (result.Error, [.. Regex.Matches(result.Output, @"sched_process_exec: filename=(\S+)").Select(match => match.Groups[1].Value)]);
    }

    /// <summary>What <c>c-loader --load</c> prints: guest time of opening and loading.</summary>
    private sealed record LoadReport(long LoadNs);
}
