// SPDX-License-Identifier: GPL-2.0-only
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Wd40.ArenaRuntime;
using Wd40.ArenaRuntime.Layout;
using Wd40.LoadBalance;
using Wd40.Placement;
using Wd40.Schedulers.Live;
using Wd40.Schedulers.Statistics;

namespace Wd40.Schedulers;

public sealed partial class HybridRun
{
    private const int EnablePollMs = 5;

    private Balancer? _balancer;
    private readonly LiveSwitch _live;

    /// <summary>What became of the balancer's requests so far; all 0 before <see cref="CreateSteps"/> and without a balancer.</summary>
    public BalanceCounts Requests => _balancer?.Counts ?? default;

    /// <summary>The periodic work on this run's arena; call it after <see cref="SetUp"/>.</summary>
    public IReadOnlyList<PeriodicStep> CreateSteps(TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        var tuner = new Tuner(Arena, Layout.ToStruct(), _live.Current.Tuner);
        var tuning = new PeriodicStep("tuner", Period(_options.TuneIntervalSeconds), clock, () => Tune(tuner), Figures);
        if (_live.Current.Balancer is not { } balancing)
            return [tuning];
        var balancer = _balancer = new Balancer(Arena, Layout.ToStruct(), balancing);
        return [tuning, new PeriodicStep("balancer", Period(_options.IntervalSeconds), clock, () => Balance(balancer, tuner, clock), Figures)];
    }

    /// <summary>Options of the balancer; null when the scheduler has none.</summary>
    private BalancerOptions? Balancing => _scheduler.MakePlanner is not { } makePlanner ? null : new()
    {
        MakePlanner = makePlanner,
        Enabled = _options.LoadBalance,
        SparesKworkers = _options.BalancedKworkers,
        Thresholds = _options.Balance,
        HalfLife = HalfLifeNs(_options),
        Answered = _log.IsDebug ? LogAnswer : null,
    };

    /// <summary>As a period; what is too long for one becomes the longest.</summary>
    private static TimeSpan Period(double seconds) =>
        seconds >= TimeSpan.MaxValue.TotalSeconds ? TimeSpan.MaxValue : TimeSpan.FromTicks(Math.Max(1, (long)(seconds * TimeSpan.TicksPerSecond)));

    private void Tune(Tuner tuner)
    {
        tuner.Options = _live.Current.Tuner;
        tuner.Step();
    }

    private void Balance(Balancer balancer, Tuner tuner, TimeProvider clock)
    {
        balancer.Options = _live.Current.Balancer!;
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
        _log.Debug(string.Create(CultureInfo.InvariantCulture,
            $"balance at {seconds:F6}: pid {answer.Pid} ({name}) to domain {answer.Domain}: {outcome}"));
    }

    /// <summary>Allocates all that serving statistics needs; call it after <see cref="SetUp"/>.</summary>
    /// <exception cref="SchedulerException">The socket's path is taken.</exception>
    public void PrepareStatistics(KernelInterface kernel) => _start.Do("statistics", ExitCode.Failure, () =>
    {
        ArgumentNullException.ThrowIfNull(kernel);
        var identity = new StatsIdentity(_scheduler.Name, OpsName.Version, _scheduler.Ops, kernel.Release);
        _statistics = new StatsServer(new ArenaStatsSource(Arena, Layout.ToStruct(), Figures), Figures,
            new StatsServerOptions { Path = _options.StatsPath, Identity = identity, Group = _options.StatsGroup, Live = _live });
    });

    /// <summary>Begins to serve statistics, on a thread of their own; call it after <see cref="Attach"/>.</summary>
    /// <exception cref="SchedulerException">The socket could not be created.</exception>
    public void ServeStatistics() => _start.Do("statistics", ExitCode.Failure, () => _statistics?.Start());

    /// <summary>Compiles and touches what the loop will use, on the real arena, and leaves an empty heap behind.</summary>
    /// <exception cref="SchedulerException">A step of the loop failed.</exception>
    public void WarmUp(MainLoop loop)
    {
        ArgumentNullException.ThrowIfNull(loop);
        _start.Do("warm-up", ExitCode.Failure, () =>
        {
            Rehearsal.Run(_options.Tuner, Balancing);
            loop.WarmUp();
            RuntimeHelpers.PrepareMethod(typeof(MainLoop).GetMethod(nameof(MainLoop.Run))!.MethodHandle);
            // What start-up has left is collected now and not while the scheduler runs.
            GC.Collect();
            GC.WaitForPendingFinalizers();
        });
    }

    /// <summary>
    /// Waits until the kernel reports the scheduler as enabled. Attaching can succeed and the scheduler be ended a moment later, when
    /// its init fails: then the exit record says so and this returns.
    /// </summary>
    /// <exception cref="SchedulerException">The kernel reports something else for too long.</exception>
    public void VerifyEnabled(KernelInterface kernel, TimeSpan limit) => _start.Do("verify", ExitCode.AttachRefused, () =>
    {
        ArgumentNullException.ThrowIfNull(kernel);
        var end = TimeProvider.System.GetTimestamp() + (long)(limit.TotalSeconds * TimeProvider.System.TimestampFrequency);
        while (ExitKind == 0)
        {
            if (kernel.State == KernelInterface.Enabled && kernel.RunningScheduler == _scheduler.Ops)
                return;
            if (TimeProvider.System.GetTimestamp() > end)
            {
                throw new SchedulerException(ExitCode.AttachRefused,
                    $"the kernel accepted the scheduler, but after {limit.TotalSeconds:0} s its state is '{kernel.State}' "
                    + $"and the running one '{kernel.RunningScheduler}'",
                    "Look at the kernel log for the reason.");
            }
            Thread.Sleep(EnablePollMs);
        }
    });
}
