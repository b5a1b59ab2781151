// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime;
using Wd40.ArenaRuntime.Layout;
using Wd40.Schedulers.Live;
using Wd40.Schedulers.Statistics;
using Wd40.Schedulers.Trials;

namespace Wd40.Schedulers;

/// <summary>One start of a scheduler on the hybrid core: user space tunes and balances, a real-time thread does it.</summary>
public sealed partial class HybridRun : SchedulerRun
{
    private MainLoop? _loop;

    /// <summary>Prepares a run; nothing happens yet.</summary>
    internal HybridRun(SchedulerDefinition scheduler, Wd40Options options, StartSequence start, SchedulerLog log)
        : base(scheduler, options, start, log) => Live = new LiveSwitch(new LiveSettings(options.Tuner, Balancing), log.Info);

    /// <summary>Notes a turn of the loop, in the arena's header and for the statistics. Allocates nothing.</summary>
    public void Heartbeat()
    {
        Arena.Ref<WdHeader>(ArenaLayout.HeaderOffset).Heartbeat++;
        Figures.Progressed();
    }

    private protected override LiveSwitch Live { get; }

    private protected override IStatsSource CreateStatsSource() => new ArenaStatsSource(Arena, Layout.ToStruct(), Figures);

    private protected override void Configure(OpenObject open)
    {
        open.SetVariable("wd_perf", Options.Perf);
        open.SetVariable("wd_smt", Domains.HasThreads);
        open.SetVariable<ushort>("wd_cpu_sibling", Domains.CpuSibling);
        Scheduler.Configure(open, Options, Domains);
    }

    private protected override void Prepare(StopRequest stop, Trial? trial)
    {
        _loop = new MainLoop(CreateSteps(TimeProvider.System), Heartbeat, () => ExitKind != 0, stop, TimeProvider.System, trial);
        WarmUp(_loop);
    }

    private protected override void EnterLoop()
    {
        // Before it attaches: from then on this thread would compete with the load for a CPU, on the way to its loop.
        if (RealtimeThread.TryEnter() is { } refused)
            Log.Debug($"the loop stays at normal priority: {refused}");
    }

    private protected override LoopEnd RunLoop() => _loop!.Run();

    private protected override void LeaveLoop() => RealtimeThread.Leave();

    private protected override RunEnd Finish(RunEnd end) =>
        end with { Steps = [.. _loop!.Steps.Select(step => StepReport.Of(step, TimeProvider.System))], Requests = RequestReport.Of(Requests) };
}
