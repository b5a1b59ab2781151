// SPDX-License-Identifier: GPL-2.0-only
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Wd40.ArenaRuntime;
using Wd40.ArenaRuntime.Layout;
using Wd40.LoadBalance;
using Wd40.Placement;

namespace Wd40.Schedulers;

public sealed partial class HybridRun
{
    private Balancer? _balancer;

    /// <summary>What became of the balancer's requests so far; all 0 before <see cref="CreateSteps"/> and without a balancer.</summary>
    public BalanceCounts Requests => _balancer?.Counts ?? default;

    /// <summary>The periodic work on this run's arena; call it after <see cref="SchedulerRun.SetUp"/>.</summary>
    public IReadOnlyList<PeriodicStep> CreateSteps(TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        var tuner = new Tuner(Arena, Layout.ToStruct(), Live.Current.Tuner);
        var tuning = new PeriodicStep("tuner", Period(Options.TuneIntervalSeconds), clock, () => Tune(tuner), Figures);
        if (Live.Current.Balancer is not { } balancing)
            return [tuning];
        var balancer = _balancer = new Balancer(Arena, Layout.ToStruct(), balancing);
        return [tuning, new PeriodicStep("balancer", Period(Options.IntervalSeconds), clock, () => Balance(balancer, tuner, clock), Figures)];
    }

    /// <summary>Options of the balancer; null when the scheduler has none.</summary>
    private BalancerOptions? Balancing => Scheduler.MakePlanner is not { } makePlanner ? null : new()
    {
        MakePlanner = makePlanner,
        Enabled = Options.LoadBalance,
        SparesKworkers = Options.BalancedKworkers,
        Thresholds = Options.Balance,
        HalfLife = HalfLifeNs(Options),
        Answered = Log.IsDebug ? LogAnswer : null,
    };

    /// <summary>As a period; what is too long for one becomes the longest.</summary>
    private static TimeSpan Period(double seconds) =>
        seconds >= TimeSpan.MaxValue.TotalSeconds ? TimeSpan.MaxValue : TimeSpan.FromTicks(Math.Max(1, (long)(seconds * TimeSpan.TicksPerSecond)));

    private void Tune(Tuner tuner)
    {
        tuner.Options = Live.Current.Tuner;
        tuner.Step();
    }

    private void Balance(Balancer balancer, Tuner tuner, TimeProvider clock)
    {
        balancer.Options = Live.Current.Balancer!;
        var asked = balancer.Step(tuner.IsFull);
        var now = (clock.GetUtcNow().Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;
        Figures.Balanced((ulong)now, (ulong)asked, balancer.Counts.Pending);
    }

    private void LogAnswer(BalanceAnswer answer)
    {
        ref var task = ref Arena.Span<WdTask>(Layout.ToStruct().Tasks, Layout.ToStruct().MaxTasks)[answer.Slot];
        ReadOnlySpan<byte> comm = task.Comm;
        int length = comm.IndexOf((byte)0);
        var name = Encoding.UTF8.GetString(length < 0 ? comm : comm[..length]);
        var outcome = answer.Outcome == WdOutcome.Applied ? "applied" : "refused";
        var seconds = (double)TimeProvider.System.GetTimestamp() / TimeProvider.System.TimestampFrequency;
        Log.Debug(string.Create(CultureInfo.InvariantCulture,
            $"balance at {seconds:F6}: pid {answer.Pid} ({name}) to domain {answer.Domain}: {outcome}"));
    }

    /// <summary>Compiles and touches what the loop will use, on the real arena, and leaves an empty heap behind.</summary>
    /// <exception cref="SchedulerException">A step of the loop failed.</exception>
    public void WarmUp(MainLoop loop)
    {
        ArgumentNullException.ThrowIfNull(loop);
        Start.Do("warm-up", ExitCode.Failure, () =>
        {
            Rehearsal.Run(Options.Tuner, Balancing);
            loop.WarmUp();
            RuntimeHelpers.PrepareMethod(typeof(MainLoop).GetMethod(nameof(MainLoop.Run))!.MethodHandle);
            // What start-up has left is collected now and not while the scheduler runs.
            GC.Collect();
            GC.WaitForPendingFinalizers();
        });
    }
}
