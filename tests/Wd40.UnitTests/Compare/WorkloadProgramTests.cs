// SPDX-License-Identifier: GPL-2.0-only
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Wd40.Vm.Compare;

namespace Wd40.UnitTests.Compare;

/// <summary>Builds the guest's workload program and runs what needs no guest.</summary>
public sealed class WorkloadProgramTests
{
    private string _directory = "";

    [OneTimeSetUp]
    public void Build()
    {
        _directory = Directory.CreateTempSubdirectory("wd40-load").FullName;
        var (code, output) = Run("make", "-C", Path.Combine(Root(), "workloads"), $"O={_directory}");
        Assert.That(code, Is.Zero, output);
    }

    [OneTimeTearDown]
    public void Remove() => Directory.Delete(_directory, recursive: true);

    [Test]
    public void Its_arithmetic_is_right()
    {
        var (code, output) = Run(Program, "selftest");
        Assert.That(code, Is.Zero, output);
        using var report = JsonDocument.Parse(output);
        Assert.Multiple(() =>
        {
            Assert.That(report.RootElement.GetProperty("failures").GetInt32(), Is.Zero);
            Assert.That(report.RootElement.GetProperty("checks").GetInt32(), Is.GreaterThan(20));
            Assert.That(report.RootElement.GetProperty("loops_per_us").GetDouble(), Is.GreaterThan(0));
        });
    }

    [TestCase("hogs", "--groups is required", "hogs")]
    [TestCase("hogs", "not online", "hogs", "--groups", "1:cpus=1023")]
    [TestCase("hogs", "-20..19", "hogs", "--groups", "1:nice=20")]
    [TestCase("timer", "unknown option --perod", "timer", "--perod", "5")]
    [TestCase("switches", "no command", "switches")]
    [TestCase("frames", "--work-us below --period-us", "frames", "--work-us", "17000")]
    [TestCase("frames", "not above --job-max-ms", "frames", "--job-min-ms", "301")]
    [TestCase("frames", "unexpected argument", "frames", "fast")]
    public void A_wrong_command_line_is_one_json_object_with_the_reason(string scenario, string reason, params string[] arguments)
    {
        var (code, output) = Run(Program, arguments);
        Assert.That(code, Is.EqualTo(1));
        using var report = JsonDocument.Parse(output);
        Assert.That(report.RootElement.GetProperty("scenario").GetString(), Is.EqualTo(scenario));
        Assert.That(report.RootElement.GetProperty("valid").GetBoolean(), Is.False);
        Assert.That(report.RootElement.GetProperty("error").GetString(), Does.Contain(reason));
    }

    [Test]
    public void A_commands_json_and_exit_code_are_kept()
    {
        var (code, output) = Run(Program, "switches", "--", "sh", "-c", "echo '{\"a\":1}'; exit 3");
        Assert.That(code, Is.EqualTo(1), "the command failed");
        using var report = JsonDocument.Parse(output);
        Assert.That(report.RootElement.GetProperty("exit_code").GetInt32(), Is.EqualTo(3));
        Assert.That(report.RootElement.GetProperty("output").GetProperty("a").GetInt32(), Is.EqualTo(1));
    }

    /// <summary>Each time at which a frame was due in the window has one, or was missed; the comparison finds all of its figures.</summary>
    [Test]
    public void Frames_are_begun_or_missed()
    {
        // 200 times in the window. Far too much work for the period: most of them are missed.
        var (code, output) = Run(
            Program, "frames", "--warmup", "0.1", "--seconds", "1", "--period-us", "5000", "--work-us", "4900", "--loops-per-us", "4000",
            "--jobs", "2", "--job-min-ms", "1", "--job-max-ms", "3", "--pause-every-ms", "1", "--pause-us", "100");
        Assert.That(code, Is.Zero, output);
        using var report = JsonDocument.Parse(output);
        long Of(string name) => report.RootElement.GetProperty(name).GetInt64();
        var run = Measurement.Read(ScenarioCatalog.Select(["frames"])[0], output);
        Assert.Multiple(() =>
        {
            Assert.That(run.Void, Is.Null);
            Assert.That(Of("frames") + Of("missed_frames"), Is.EqualTo(200));
            Assert.That(Of("missed_frames"), Is.GreaterThan(0));
            Assert.That(report.RootElement.GetProperty("delay_counts").EnumerateArray().Sum(bucket => bucket.GetProperty("count").GetInt64()), Is.EqualTo(Of("frames")));
            Assert.That(run.Figures["missed"], Is.EqualTo(Of("missed_frames")));
            Assert.That(run.Figures["frame_p99"], Is.GreaterThan(run.Figures["p99"]), "done after it has begun, ns");
            Assert.That(run.Figures["jobs"], Is.GreaterThan(0));
        });
    }

    private string Program => Path.Combine(_directory, "wd40-load");

    private static (int Code, string Output) Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }

    private static string Root([CallerFilePath] string path = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "../../.."));
}
