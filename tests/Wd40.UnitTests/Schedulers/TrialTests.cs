// SPDX-License-Identifier: GPL-2.0-only
using System.Diagnostics;
using System.Text.Json;
using Wd40.Schedulers;
using Wd40.Schedulers.Trials;

namespace Wd40.UnitTests.Schedulers;

[TestFixture]
public sealed class TrialTests
{
    private static readonly TimeSpan _length = TimeSpan.FromSeconds(60);
    private readonly ManualClock _clock = new();
    private readonly List<TrialReport> _confirmed = [];
    private SystemCounters _counters = new() { BusyTicks = 0, AllTicks = 0, Switches = 0, WaitNs = 0, Runs = 0, PressureUs = 0 };
    private Trial _trial = null!;

    [SetUp]
    public void SetUp()
    {
        _confirmed.Clear();
        _trial = new Trial("wd40", _length, _clock, () => _counters, _confirmed.Add);
    }

    [Test]
    public void Its_time_runs_from_attach_on()
    {
        Pass(120);
        Assert.That(_trial.TimeIsOver(), Is.False, "not attached yet");
        _trial.Begin();
        Pass(59);
        _trial.Begin();
        Assert.That(_trial.TimeIsOver(), Is.False);
        Pass(1);
        Assert.That(_trial.TimeIsOver(), Is.True, "a restart in between does not begin it anew");
    }

    [Test]
    public void Unconfirmed_it_reports_both_windows()
    {
        Assert.That(Before(), Is.EqualTo(3000));
        _trial.Begin();
        Pass(60, busy: 4000, all: 8000, switches: 6000, waitNs: 120_000_000_000, runs: 3000, pressureUs: 30_000_000);
        Assert.That(_trial.TimeIsOver(), Is.True);
        var report = _trial.End()!;
        Assert.Multiple(() =>
        {
            Assert.That(report.Outcome, Is.EqualTo(TrialOutcome.Detached));
            Assert.That(report.Before, Is.EqualTo(new SystemFigures
            {
                Seconds = 3,
                CpuBusyPercent = 25,
                ContextSwitchesPerS = 10,
                WaitMeanUs = 200,
                WaitingTasks = 0.001,
                CpuPressurePercent = 1,
            }));
            Assert.That(report.During, Is.EqualTo(new SystemFigures
            {
                Seconds = 60,
                CpuBusyPercent = 50,
                ContextSwitchesPerS = 100,
                WaitMeanUs = 40_000,
                WaitingTasks = 2,
                CpuPressurePercent = 50,
            }));
            Assert.That(_trial.Confirm(), Is.False, "too late");
            Assert.That(_confirmed, Is.Empty);
        });
    }

    [Test]
    public void Confirmed_it_stays_and_reports_once()
    {
        Before();
        _trial.Begin();
        Pass(30, switches: 600);
        Assert.That(_trial.Confirm(), Is.True);
        Assert.That(_trial.Confirm(), Is.False);
        Pass(1000);
        Assert.Multiple(() =>
        {
            Assert.That(_trial.TimeIsOver(), Is.False);
            Assert.That(_trial.End(), Is.Null, "has been reported");
            Assert.That(_confirmed, Has.Count.EqualTo(1));
            Assert.That(_confirmed[0].Outcome, Is.EqualTo(TrialOutcome.Confirmed));
            Assert.That(_confirmed[0].During!.Seconds, Is.EqualTo(30));
            Assert.That(_confirmed[0].During!.ContextSwitchesPerS, Is.EqualTo(20));
        });
    }

    [Test]
    public void The_end_waits_until_a_confirmation_has_been_reported()
    {
        using var reporting = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        var trial = new Trial("wd40", _length, _clock, () => _counters, report =>
        {
            reporting.Set();
            goOn.Wait();
            _confirmed.Add(report);
        });
        trial.Begin();
        var confirming = Task.Run(trial.Confirm);
        reporting.Wait();
        var ending = Task.Run(trial.End);
        Assert.That(ending.Wait(50), Is.False, "still being reported");
        goOn.Set();
        Assert.That((ending.GetAwaiter().GetResult(), confirming.GetAwaiter().GetResult(), _confirmed.Count), Is.EqualTo(((TrialReport?)null, true, 1)));
    }

    [Test]
    public void SIGUSR1_confirms()
    {
        using var done = new ManualResetEventSlim();
        using var request = new KeepRequest(done.Set, null);
        using var kill = Process.Start("kill", ["-USR1", $"{Environment.ProcessId}"]);
        Assert.That(done.Wait(TimeSpan.FromSeconds(30)), Is.True);
    }

    [Test]
    public void A_stop_before_attach_leaves_no_figures()
    {
        _trial.MeasureBefore(_ => true);
        var report = _trial.End()!;
        Assert.That((report.Outcome, report.Before, report.During), Is.EqualTo((TrialOutcome.Interrupted, (SystemFigures?)null, (SystemFigures?)null)));
    }

    [Test]
    public void The_loop_ends_when_the_time_is_over_and_not_when_it_was_confirmed([Values] bool confirm)
    {
        using var stop = new StopRequest();
        var loop = new MainLoop([], () => { }, () => false, stop, _clock, _trial);
        _trial.Begin();
        Assert.That(loop.Turn(out var wait), Is.EqualTo(LoopEnd.None));
        Assert.That(wait, Is.LessThanOrEqualTo(100), "ms by which it may end late");
        if (confirm)
            _trial.Confirm();
        Pass(60);
        Assert.That(loop.Turn(out _), Is.EqualTo(confirm ? LoopEnd.None : LoopEnd.TrialOver));
    }

    [Test]
    public void Asking_whether_it_is_over_allocates_nothing()
    {
        _trial.Begin();
        _trial.TimeIsOver();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            _trial.TimeIsOver();
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    [Test]
    public void The_table_and_the_json_hold_the_same()
    {
        Before();
        _trial.Begin();
        Pass(60, switches: 6000);
        _trial.TimeIsOver();
        var report = _trial.End()! with { Before = null };
        using var writer = new StringWriter { NewLine = "\n" };
        report.Print(writer);
        using var json = JsonDocument.Parse(report.ToJson());
        var trial = json.RootElement.GetProperty("trial");
        Assert.Multiple(() =>
        {
            Assert.That(writer.ToString(), Does.Contain("context switches, 1/s                  -           100\n")
                .And.EndsWith("not confirmed within 60 s: the machine is back on the default scheduler\n"));
            Assert.That(report.ToJson(), Does.Not.Contain('\n'), "one line, as statistics are");
            Assert.That(trial.GetProperty("outcome").GetString(), Is.EqualTo("Detached"));
            Assert.That(trial.GetProperty("before").ValueKind, Is.EqualTo(JsonValueKind.Null));
            Assert.That(trial.GetProperty("during").GetProperty("context_switches_per_s").GetDouble(), Is.EqualTo(100));
        });
    }

    [Test]
    public void Counters_are_read_from_procfs()
    {
        using var proc = new ProcTree();
        proc.Write("stat", "cpu  10 20 30 400 50 6 7 8 0 0\ncpu0 1 2 3 4 5 6 7 8 0 0\nctxt 12345\nbtime 1\n");
        proc.Write("schedstat", "version 17\ntimestamp 1\ncpu0 0 0 9 9 9 9 1000 200 3\ndomain0 MC 03 1 2\ncpu1 0 0 9 9 9 9 1000 50 4\n");
        proc.Write("pressure/cpu", "some avg10=0.00 avg60=0.00 avg300=0.00 total=777\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=1\n");
        Assert.That(SystemCounters.Read(proc.Path), Is.EqualTo(new SystemCounters
        {
            BusyTicks = 81,
            AllTicks = 531,
            Switches = 12_345,
            WaitNs = 250,
            Runs = 7,
            PressureUs = 777,
        }));
    }

    [Test]
    public void What_the_kernel_does_not_tell_is_not_made_up()
    {
        using var proc = new ProcTree();
        proc.Write("stat", "cpu  1 2\nctxt x\n");
        var nothing = SystemCounters.Read(proc.Path);
        Assert.That(nothing, Is.EqualTo(new SystemCounters()));
        Assert.That(SystemFigures.Between(nothing, nothing, TimeSpan.FromSeconds(3)), Is.EqualTo(new SystemFigures { Seconds = 3 }));
    }

    [Test]
    public void This_machine_tells_how_busy_it_is()
    {
        var counters = SystemCounters.Read();
        Assert.Multiple(() =>
        {
            Assert.That(counters.BusyTicks, Is.Positive);
            Assert.That(counters.AllTicks - counters.BusyTicks, Is.Positive);
            Assert.That(counters.Switches, Is.Positive);
        });
    }

    [Test]
    public void The_word_keep_on_a_line_confirms_and_nothing_else_does()
    {
        using var done = new CountdownEvent(2);
        using var lines = new StringReader("no\nkeep it\n keep \nKEEP\n");
        var count = 0;
        using var request = new KeepRequest(() => { Interlocked.Increment(ref count); done.Signal(); }, lines);
        Assert.That(done.Wait(TimeSpan.FromSeconds(30)), Is.True);
        Assert.That(count, Is.EqualTo(2));
    }

    [TestCase("1 (a) b) S 1 70 70 34816 70 0", true)]
    [TestCase("1 (x) S 1 70 70 34816 71 0", false)]
    [TestCase("1 (x) S 1 70 70 0 -1 0", false)]
    public void Only_in_the_foreground_the_terminal_is_read(string stat, bool foreground) =>
        Assert.That(KeepRequest.IsForeground(stat), Is.EqualTo(foreground));

    /// <summary>Lets the default scheduler be measured.</summary>
    /// <returns>Milliseconds waited.</returns>
    private double Before()
    {
        double waited = 0;
        _trial.MeasureBefore(time =>
        {
            waited = time.TotalMilliseconds;
            Pass(time.TotalSeconds, busy: 600, all: 2400, switches: 30, waitNs: 3_000_000, runs: 15, pressureUs: 30_000);
            return false;
        });
        return waited;
    }

    private void Pass(double seconds, long busy = 0, long all = 0, long switches = 0, long waitNs = 0, long runs = 0, long pressureUs = 0)
    {
        _clock.Advance((long)(seconds * 1000));
        _counters = new SystemCounters
        {
            BusyTicks = _counters.BusyTicks + busy,
            AllTicks = _counters.AllTicks + all,
            Switches = _counters.Switches + switches,
            WaitNs = _counters.WaitNs + waitNs,
            Runs = _counters.Runs + runs,
            PressureUs = _counters.PressureUs + pressureUs,
        };
    }

    /// <summary>A directory that stands for procfs.</summary>
    private sealed class ProcTree : IDisposable
    {
        internal string Path { get; } = Directory.CreateTempSubdirectory("wd40-proc-").FullName;

        public void Dispose() => Directory.Delete(Path, true);

        internal void Write(string name, string text)
        {
            var file = System.IO.Path.Combine(Path, name);
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(file)!);
            File.WriteAllText(file, text);
        }
    }
}
