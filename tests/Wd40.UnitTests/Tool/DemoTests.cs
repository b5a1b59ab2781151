// SPDX-License-Identifier: GPL-2.0-only
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Spectre.Console;
using Wd40.ArenaRuntime;
using Wd40.Tool.Demo;
using Wd40.Vm;

namespace Wd40.UnitTests.Tool;

/// <summary>The demonstrations: what they count as a success, and what the one with a game beside a build shows.</summary>
internal sealed class DemoTests
{
    [Test]
    public async Task A_run_in_which_all_went_well_is_a_success()
    {
        await using var machine = new FakeMachine();
        var report = await RunAsync(machine);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(report.Troubles, Is.Empty);
            Assert.That(report.Success);
            Assert.That(report.Enabled, Is.EqualTo("rustland_0.1.0"));
            Assert.That(report.Decisions, Is.EqualTo(800), "of two samples, which are differences");
            Assert.That((report.Default.MissedFrames, report.Own!.MissedFrames), Is.EqualTo((478ul, 3ul)));
            Assert.That(machine.Commands.Count(command => command == "/opt/wd40/wd40-load frames --seconds 20 --loops-per-us 5.5"), Is.EqualTo(2), "the same work for both");
            Assert.That(machine.Commands, Has.Some.EqualTo("exec /opt/wd40/wd40 run rustland --report /tmp/report"));
        }
    }

    /// <summary>Migrations are those since the start, not those that the monitor saw: the first are over before its first sample.</summary>
    [Test]
    public async Task Migrations_are_those_of_the_exit_report()
    {
        await using var machine = new FakeMachine();
        var report = await RunLoadAsync(machine);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(report.Success, string.Join("; ", report.Troubles));
            Assert.That((report.Requested, report.Applied), Is.EqualTo((9ul, 8ul)));
        }
    }

    [TestCase("""{"requests":{"requested":9,"applied":0}}""", "no migration was applied")]
    [TestCase("""{"requests":null}""", "no migration was applied")]
    [TestCase("", "no exit report")]
    public async Task It_fails_when_the_exit_report_has_no_migration(string exitReport, string trouble)
    {
        await using var machine = new FakeMachine { ExitReport = exitReport };
        var report = await RunLoadAsync(machine);
        Assert.That(report.Success, Is.False);
        Assert.That(report.Troubles, Has.Some.Contains(trouble));
    }

    [Test]
    public async Task It_fails_when_the_policy_made_no_decision() =>
        await FailsAsync(new FakeMachine { Decisions = 0 }, "no decision");

    [Test]
    public async Task It_fails_when_the_scheduler_does_not_come_up()
    {
        await using var machine = new FakeMachine { ComesUp = false, End = new DemoResult(3, "", "no arena\n") };
        var report = await RunAsync(machine);
        Assert.That(report.Troubles.Single(), Does.Contain("not enabled").And.Contain("no arena"));
        Assert.That((report.Success, report.Own), Is.EqualTo((false, (FrameLoad?)null)));
    }

    [Test]
    public async Task It_fails_when_the_scheduler_ends_with_an_error() =>
        await FailsAsync(new FakeMachine { End = new DemoResult(4, "", "stall") }, "ended with 4: stall");

    [Test]
    public async Task It_fails_when_the_kernel_is_not_back_on_the_default_scheduler() =>
        await FailsAsync(new FakeMachine { StaysAttached = true }, "'enabled' after the end");

    [Test]
    public async Task It_fails_when_the_kernel_complains() =>
        await FailsAsync(new FakeMachine { KernelLog = ["WARNING: planted"] }, "planted");

    [Test]
    public async Task The_picture_has_both_schedulers_side_by_side()
    {
        await using var machine = new FakeMachine();
        using var text = new StringWriter();
        (await RunAsync(machine)).Print(AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Out = new AnsiConsoleOutput(text) }));
        string[] lines = text.ToString().Split('\n');
        using (Assert.EnterMultipleScope())
        {
            Assert.That(lines, Has.Some.Matches<string>(line => line!.Split("< 0.25 ms").Length == 3), "the same bucket twice in a line");
            Assert.That(lines, Has.Some.Match(@"p99, default +█+ 5\.5"));
            Assert.That(lines, Has.Some.Match(@"p99, rustland +█* ?3\.9"));
            Assert.That(lines, Has.Some.Match(@"missed, default +█+ 39\.9"));
            Assert.That(lines, Has.Some.Match(@"missed frames / begun +478 / 720 +3 / 1195"));
            Assert.That(text.ToString(), Does.Contain("ok: rustland_0.1.0"));
        }
    }

    [Test]
    public async Task Json_has_the_figures_of_both()
    {
        await using var machine = new FakeMachine();
        using var text = new StringWriter();
        (await RunAsync(machine)).PrintJson(text);
        using var json = JsonDocument.Parse(text.ToString());
        var root = json.RootElement;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(root.GetProperty("success").GetBoolean());
            Assert.That(root.GetProperty("decisions").GetInt32(), Is.EqualTo(800));
            Assert.That(root.GetProperty("default").GetProperty("delay_ns").GetProperty("p99").GetInt64(), Is.EqualTo(5_500_000));
            Assert.That(root.GetProperty("own").GetProperty("missed_frames").GetInt32(), Is.EqualTo(3));
            Assert.That(root.GetProperty("default").GetProperty("delay_counts")[2].GetProperty("below_ns").ValueKind, Is.EqualTo(JsonValueKind.Null));
        }
    }

    [TestCase("")]
    [TestCase("""{"valid":true}""")]
    [TestCase("""{"valid":false,"error":"no frame began in the window: the task starved"}""", "do not count: no frame began")]
    public void A_report_without_figures_is_refused(string output, string reason = "") =>
        Assert.That(() => FrameLoad.Parse(output), Throws.TypeOf<FormatException>().With.Message.Contains(reason));

    [Test]
    public void A_scheduler_without_a_demonstration_is_refused_with_those_that_have_one()
    {
        using var fixture = new CommandLineFixture();
        Assert.That(fixture.Run("demo", "rustlnd"), Is.EqualTo((int)ExitCode.Usage));
        Assert.That(fixture.Error, Does.Contain("'rustlnd'").And.Contain("wd40, rustland, rusty"));
    }

    [TestCase("--topology", "8")]
    [TestCase("--seconds", "3")]
    public void A_wrong_option_is_refused_before_anything_is_booted(params string[] arguments)
    {
        using var fixture = new CommandLineFixture();
        Assert.That(fixture.Run(["demo", "rustland", .. arguments]), Is.EqualTo((int)ExitCode.Usage));
        Assert.That(fixture.Error, Does.Contain(arguments[1]));
    }

    /// <summary>A name that no demonstration has is refused by run.sh itself, before it installs or builds.</summary>
    [Test]
    public void Run_sh_refuses_what_it_does_not_know()
    {
        var (code, _, error) = RunSh("--seconds", "20", "rustlnd");
        Assert.That(code, Is.EqualTo(2));
        Assert.That(error, Does.Contain("'rustlnd'").And.Contain("wd40, rusty, rustland"));
    }

    [Test]
    public void Run_sh_help_names_every_scheduler_and_option()
    {
        var (code, output, _) = RunSh("--help");
        Assert.That(code, Is.Zero);
        foreach (string word in new[] { "wd40", "rusty", "rustland", "--kernel", "--append", "--topology", "--seconds", "--json", "--host" })
            Assert.That(output, Does.Contain(word));
    }

    private static Task<DemoReport> RunLoadAsync(FakeMachine machine) =>
        new LoadDemonstration(machine, new DemoOptions("wd40", false, "newest", "", new VmTopology(1, 2, 4), "", 10, false), new Progress<string>()).RunAsync(default);

    private static Task<FrameReport> RunAsync(FakeMachine machine) =>
        new FrameDemonstration(machine, new DemoOptions("rustland", false, "newest", "", new VmTopology(1, 1, 4), "", 20, false), new Progress<string>()).RunAsync(default);

    private static async Task FailsAsync(FakeMachine machine, string trouble)
    {
        await using (machine)
        {
            var report = await RunAsync(machine);
            Assert.That(report.Success, Is.False);
            Assert.That(report.Troubles.Single(), Does.Contain(trouble));
        }
    }

    private static (int Code, string Output, string Error) RunSh(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("bash", [RunShPath(), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        string output = process.StandardOutput.ReadToEnd(), error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error);
    }

    private static string RunShPath([CallerFilePath] string path = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "../../../run.sh"));
}
