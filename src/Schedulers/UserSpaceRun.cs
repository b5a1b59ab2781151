// SPDX-License-Identifier: GPL-2.0-only
using System.Runtime.CompilerServices;
using Wd40.ArenaRuntime;
using Wd40.ArenaRuntime.Layout;
using Wd40.Policies;
using Wd40.Schedulers.Statistics;
using Wd40.Schedulers.Trials;
using Wd40.Schedulers.UserSpace;

namespace Wd40.Schedulers;

/// <summary>One start of a scheduler on the user-space core: the calling thread decides about all tasks.</summary>
public sealed class UserSpaceRun : SchedulerRun
{
    private readonly ProcessFigures _process = new();
    private RingStatsSource? _statistics;
    private PolicyRings? _rings;
    private PolicyLoop? _loop;
    private int _thread;

    /// <summary>Prepares a run; nothing happens yet.</summary>
    internal UserSpaceRun(SchedulerDefinition scheduler, Wd40Options options, StartSequence start, SchedulerLog log)
        : base(scheduler, options, start, log)
    {
    }

    private uint NrCpus => (uint)Enumerable.Range(0, (int)Domains.NrDomains).Sum(domain => Domains.MaskOf(domain).Count);

    private KnownPolicy Policy => Scheduler.Policy ?? throw new InvalidOperationException($"{Scheduler.Name} has no policy");

    private protected override IStatsSource CreateStatsSource() =>
        _statistics = new RingStatsSource(Arena, Layout, NrCpus, _process);

    private protected override void Configure(OpenObject open)
    {
        open.SetVariable("wd_user_layout", Layout.Rings);
        open.SetVariable("wd_takeover_ns", Options.UserSpace.TakeoverMs * (ulong)WdConstants.Msec);
        open.SetVariable("wd_own_slice", Options.UserSpace.OwnSliceUs * (ulong)WdConstants.Usec);
        open.SetVariable("wd_low_water", NrCpus);
        open.SetVariable("wd_numa_local", (byte)(Options.UserSpace.NumaLocal ? 1 : 0));
        open.SetVariable<ushort>("wd_domain_node_id", Domains.DomainNodeId);
    }

    private protected override void Prepare(StopRequest stop, Trial? trial) => Start.Do("warm-up", ExitCode.Failure, () =>
    {
        _ = PolicyRehearsal.Run(Policy, Options.UserSpace.PolicyOptions, stop);
        _rings = new PolicyRings(Arena, Layout.Rings, (int)Layout.MaxTasks, (int)Layout.NrCpuIds);
        _loop = new PolicyLoop(_rings, (int)NrCpus, Policy.Create<ArenaPort>(Options.UserSpace.PolicyOptions, _rings.Slots), Figures,
            () => ExitKind != 0, stop, trial);
        // One that was adopted knows nothing of its tasks, and is in use: a turn would be taken for that of a policy that goes on.
        if (IsAdopted)
            _rings.Inherit();
        else
            _loop.Turn();
        // Asked for now: what a first call of libc allocates is none of the loop's.
        _thread = PolicyThread.Id;
        RuntimeHelpers.PrepareMethod(typeof(PolicyLoop).GetMethod(nameof(PolicyLoop.Run), System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Instance)!.MethodHandle);
        // What start-up has left is collected now and not while everybody waits for this thread.
        GC.Collect();
        GC.WaitForPendingFinalizers();
    });

    private protected override void EnterLoop()
    {
        if (MemoryLock.TryLock() is { } unlocked)
            Log.Info($"memory stays unlocked, so that page faults may delay decisions: {unlocked}");
        if (Options.Partial && PolicyThread.TryJoinSchedExt() is { } refused)
            throw new SchedulerException(ExitCode.Failure, $"the policy's thread cannot run under SCHED_EXT: {refused}", "Run as root, or without --partial.");
    }

    /// <remarks>Attaching has some hundred faults of its own. What comes later is a fault of the steady state.</remarks>
    private protected override void Attached() => _statistics!.ResetPageFaults();

    private protected override void Release() => _process.Dispose();

    private protected override LoopEnd RunLoop()
    {
        // From now on the kernel half runs this thread when there is something to decide. Until now it was one like any other.
        _rings!.Own(_thread);
        _rings.Enter(WdUserState.Running);
        try
        {
            return _loop!.Run();
        }
        finally
        {
            _rings.Enter(WdUserState.Exiting);
            _rings.Own(0);
        }
    }

    private protected override void LeaveLoop() => MemoryLock.Unlock();

    private protected override RunEnd Finish(RunEnd end) => end;
}
