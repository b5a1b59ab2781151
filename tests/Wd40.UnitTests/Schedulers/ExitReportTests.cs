// SPDX-License-Identifier: GPL-2.0-only
using System.Text.Json;
using Wd40.ArenaRuntime;
using Wd40.Schedulers;

namespace Wd40.UnitTests.Schedulers;

[TestFixture]
public sealed class ExitReportTests
{
    private static readonly ExitReport _stall = new()
    {
        Scheduler = "wd40",
        ExitCode = (int)ExitCode.EjectedByWatchdog,
        Cause = nameof(ExitCode.EjectedByWatchdog),
        Kind = 1026,
        Reason = "runnable task stall",
        Message = "sh[12] failed to run for 10.2s",
        Dump = "CPU states\n----------\n",
        Steps = [new StepReport("tuner", 10, 1.5, 3, 40)],
    };

    [Test]
    public void A_clean_end_is_one_line()
    {
        var report = _stall with { ExitCode = 0, Cause = nameof(ExitCode.Clean), Kind = 64, Reason = "unregistered from user space", Message = "", Dump = "" };
        Assert.That(Print(report), Is.EqualTo("EXIT: unregistered from user space\n"));
    }

    [Test]
    public void An_ejection_prints_dump_reason_and_what_it_means()
    {
        var line = new string('=', 80);
        Assert.That(Print(_stall), Is.EqualTo(
            $"{line}\nCPU states\n----------\n{line}\nEXIT: runnable task stall (sh[12] failed to run for 10.2s)\n"
            + "wd40: error: the kernel ejected the scheduler, exit kind 1026; the machine is back on the default scheduler\n"));
    }

    [Test]
    public void A_failed_start_prints_cause_and_remedy_and_keeps_the_exit_code()
    {
        var report = ExitReport.FromFailure("wd40", new SchedulerException(ExitCode.UnfitMachine, "no sched_ext", "Boot another kernel."));
        Assert.Multiple(() =>
        {
            Assert.That(Print(report), Is.EqualTo("wd40: error: no sched_ext\nwd40: Boot another kernel.\n"));
            Assert.That(report.ExitCode, Is.EqualTo(3));
            Assert.That(report.Cause, Is.EqualTo("UnfitMachine"));
        });
    }

    [Test]
    public void The_file_holds_every_figure_as_json()
    {
        var path = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"report-{Guid.NewGuid():N}.json");
        try
        {
            _stall.Save(path);
            using var json = JsonDocument.Parse(File.ReadAllText(path));
            var root = json.RootElement;
            Assert.Multiple(() =>
            {
                Assert.That(root.GetProperty("exit_code").GetInt32(), Is.EqualTo(7));
                Assert.That(root.GetProperty("kind").GetInt32(), Is.EqualTo(1026));
                Assert.That(root.GetProperty("message").GetString(), Is.EqualTo(_stall.Message));
                Assert.That(root.GetProperty("dump").GetString(), Is.EqualTo(_stall.Dump));
                Assert.That(root.GetProperty("steps")[0].GetProperty("count").GetInt64(), Is.EqualTo(10));
                Assert.That(root.GetProperty("steps")[0].GetProperty("latest_microseconds").GetDouble(), Is.EqualTo(40));
            });
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Test]
    public void A_file_that_cannot_be_written_is_named()
    {
        var failure = Assert.Throws<SchedulerException>(() => _stall.Save("/proc/no-such-directory/report.json"));
        Assert.That(failure.Message, Does.Contain("/proc/no-such-directory/report.json"));
    }

    private static string Print(ExitReport report)
    {
        using var writer = new StringWriter { NewLine = "\n" };
        report.Print(writer);
        return writer.ToString();
    }
}
