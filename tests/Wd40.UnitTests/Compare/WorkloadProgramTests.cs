// SPDX-License-Identifier: GPL-2.0-only
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;

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
