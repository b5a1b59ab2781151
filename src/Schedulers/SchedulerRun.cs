// SPDX-License-Identifier: GPL-2.0-only
using System.Globalization;
using System.Text;
using Wd40.ArenaRuntime;
using Wd40.ArenaRuntime.Layout;
using Wd40.Placement;
using Wd40.Schedulers.Live;
using Wd40.Schedulers.Statistics;
using Wd40.Schedulers.Trials;

namespace Wd40.Schedulers;

/// <summary>One start of a scheduler, from link to detach: what is the same whatever its core is. A restart makes a new one.</summary>
public abstract class SchedulerRun : IDisposable
{
    /// <summary>How long the kernel may take between accepting the scheduler and having every task under it.</summary>
    private static readonly TimeSpan _enableLimit = TimeSpan.FromSeconds(30);

    private const int EnablePollMs = 5;
    private const string CallbackTable = "sched_ext_ops";
    private const string SetupProgram = "wd_setup";
    internal const string ExitRecord = "wd_exit_record";
    private const string FreeList = "wd_free_slots";

    /// <summary>SCX_OPS_SWITCH_PARTIAL, the same on all kernels.</summary>
    private const ulong SwitchPartial = 1 << 3;

    private OpenObject? _open;
    private LoadedObject? _loaded;
    private AttachedScheduler? _attached;
    private bool _left, _detached;
    private StatsServer? _statistics;
    private readonly Adoption? _adoption;

    /// <summary>Prepares a run; nothing happens yet.</summary>
    protected SchedulerRun(SchedulerDefinition scheduler, Wd40Options options, StartSequence start, SchedulerLog log)
    {
        Scheduler = scheduler;
        Options = options;
        Start = start;
        Log = log;
        _adoption = Adoption.For(scheduler, options, log);
    }

    /// <summary>What runs.</summary>
    protected SchedulerDefinition Scheduler { get; }

    /// <summary>What the command line says.</summary>
    protected Wd40Options Options { get; }

    /// <summary>The steps of the start, for messages.</summary>
    protected StartSequence Start { get; }

    /// <summary>Receives messages.</summary>
    protected SchedulerLog Log { get; }

    /// <summary>Makes the run that a scheduler's core needs.</summary>
    public static SchedulerRun Create(SchedulerDefinition scheduler, Wd40Options options, StartSequence start, SchedulerLog log)
    {
        ArgumentNullException.ThrowIfNull(scheduler);
        return scheduler.Policy is null ? new HybridRun(scheduler, options, start, log) : new UserSpaceRun(scheduler, options, start, log);
    }

    /// <summary>The objects that were linked; after <see cref="Load"/>.</summary>
    public Composition Composition { get; private set; } = null!;

    /// <summary>The domains; after <see cref="Load"/>.</summary>
    public Domains Domains { get; private set; } = null!;

    /// <summary>Where the arena's parts lie; after <see cref="Load"/>.</summary>
    public ArenaLayout Layout { get; private set; } = null!;

    /// <summary>Callbacks that this kernel does not know.</summary>
    public IReadOnlyList<string> LeftOut { get; private set; } = [];

    /// <summary>The loaded object.</summary>
    public LoadedObject Loaded => _loaded ?? throw new InvalidOperationException("the scheduler is not loaded");

    /// <summary>The live arena.</summary>
    public Arena Arena => Loaded.Arena ?? throw new InvalidOperationException("the scheduler has no arena");

    /// <summary>Checks the machine, links the modules, sets what is fixed before load, and loads.</summary>
    /// <exception cref="SchedulerException">A step failed; the message names it.</exception>
    public void Load(KernelInterface kernel)
    {
        ArgumentNullException.ThrowIfNull(kernel);
        using var types = new KernelTypes(kernel);
        var running = _adoption is not null && _adoption.FindRunning(kernel);
        // Read before the topology: a CPU that comes or goes in between makes the kernel ask for a restart.
        var hotplugSequence = Start.Do("doctor", ExitCode.UnfitMachine, () =>
        {
            new Doctor(kernel, types).Require(running);
            return kernel.HotplugSequence;
        });
        Domains = Start.Do("topology", ExitCode.UnfitMachine,
            () => Scheduler.MakeDomains(Topology.Read(Options.SysfsPrefix), Options));
        Layout = new ArenaLayout(Domains.NrCpuIds, Domains.NrDomains, Domains.NrNodes, Options.MaxTasks, Scheduler.Policy is not null);
        Composition = Start.Do("manifests", ExitCode.LayoutMismatch, Scheduler.Compose);
        using var linked = Start.Do("link", ExitCode.LayoutMismatch, Composition.Link);
        Start.Do("kernel functions", ExitCode.DamagedKernel, () => KernelFunctions.Require(linked, types.Read()));
        _open = Start.Do("open", ExitCode.LayoutMismatch, () => OpenObject.Open(linked, OpenOptions()));
        Start.Do("read-only data", ExitCode.LayoutMismatch, () => Configure(_open, types.Read(), hotplugSequence));
        if (running)
            _loaded = Start.Do("adopt", ExitCode.LayoutMismatch, () => _adoption!.Open(_open));
        _loaded ??= Start.Do("load", ExitCode.Failure, _open.Load);
    }

    /// <summary>True if another process has loaded and attached what runs: arena and task table are in use.</summary>
    private protected bool IsAdopted => _adoption is { HasAdopted: true };

    /// <summary>Fills the arena and the task table.</summary>
    /// <exception cref="SchedulerException">A step failed; the message names it.</exception>
    public void SetUp()
    {
        // First of all: what BPF programs write to pages that are not there is lost.
        Start.Do("populate", ExitCode.Failure, Arena.Populate);
        if (IsAdopted)
        {
            Start.Do("take over", ExitCode.AttachRefused, () => _adoption!.TakeOwnership(Loaded));
            Arena.Ref<WdHeader>(ArenaLayout.HeaderOffset).OwnerPid = (uint)Environment.ProcessId;
            return;
        }
        Start.Do("header", ExitCode.Failure, WriteHeader);
        Start.Do("set-up", ExitCode.Failure, () =>
        {
            var result = Loaded.Run(SetupProgram);
            if (result != 0)
                throw new SchedulerException(ExitCode.Failure, $"program {SetupProgram} returned {result}", "Lower --max-tasks, or report this.");
        });
    }

    /// <summary>Runs from the first check to the end.</summary>
    /// <param name="kernel">The machine.</param>
    /// <param name="stop">Ends it.</param>
    /// <param name="trial">Ends it, too, when its time is over; null: no trial.</param>
    /// <exception cref="SchedulerException">A step of the start failed.</exception>
    internal RunEnd Run(KernelInterface kernel, StopRequest stop, Trial? trial)
    {
        Load(kernel);
        if (stop.IsRequested)
            return NeverAttached(stop);
        SetUp();
        PrepareStatistics(kernel);
        Prepare(stop, trial);
        // As late as can be: what loading and verifying cost is not the default scheduler's.
        trial?.MeasureBefore(time => stop.Wait((int)time.TotalMilliseconds));
        if (stop.IsRequested)
            return NeverAttached(stop);
        var announcement = Rehearse(kernel);
        EnterLoop();
        Attach();
        Start.Do("verify", ExitCode.AttachRefused, () => VerifyEnabled(kernel, _enableLimit));
        Attached();
        ServeStatistics();
        Log.Info(announcement);
        trial?.Begin();
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var collections = GC.CollectionCount(0);
        var cause = RunLoop();
        var ended = TimeProvider.System.GetTimestamp();
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        collections = GC.CollectionCount(0) - collections;
        LeaveLoop();
        LeaveOrDetach(stop);
        Log.Debug(string.Create(CultureInfo.InvariantCulture,
            $"loop ended ({cause}); detach: {TimeProvider.System.GetElapsedTime(ended).TotalMilliseconds:0.0} ms"));
        return Finish(new RunEnd(ReadExit(), [], null, allocated, collections));
    }

    private RunEnd NeverAttached(StopRequest stop)
    {
        if (IsAdopted)
            LeaveOrDetach(stop);
        return RunEnd.NeverAttached;
    }

    /// <summary>SIGTERM ends this process alone where another one may follow; all else ends the scheduler.</summary>
    private void LeaveOrDetach(StopRequest stop)
    {
        if (_adoption is not null && stop.IsTermination && ExitKind == 0)
            Leave();
        else
            Detach();
    }

    /// <summary>
    /// Says on what it will run, and does all else that comes between attaching and the loop a first time: first calls take long, on a busy machine
    /// seconds, and until the loop runs the kernel half is on its own.
    /// </summary>
    /// <returns>What to say when it runs.</returns>
    private string Rehearse(KernelInterface kernel)
    {
        VerifyEnabled(kernel, TimeSpan.Zero);
        for (var domain = 0; domain < (int)Domains.NrDomains; domain++)
            Log.Info($"domain {domain}, node {Domains.DomainNode[domain]}: CPUs {Domains.MaskOf(domain)}");
        return string.Create(CultureInfo.InvariantCulture,
            $"{Scheduler.Ops} schedules {(Options.Partial ? "tasks of policy SCHED_EXT" : "all normal tasks")}; "
            + $"arena {Layout.Size >> 10} KiB, {Layout.MaxTasks} slots");
    }

    private bool IsEnabled(KernelInterface kernel)
    {
        var running = kernel.RunningScheduler;
        return kernel.State == KernelInterface.Enabled && (IsAdopted || running == Scheduler.Ops);
    }

    /// <summary>Makes it the running scheduler, or takes hold of the one that is running.</summary>
    /// <exception cref="SchedulerException">The kernel refused.</exception>
    public void Attach()
    {
        if (_adoption is not null)
            Start.Do("pin maps", ExitCode.UnfitMachine, () => _adoption.PinMaps(Loaded));
        _attached = Start.Do("attach", ExitCode.AttachRefused, Loaded.Attach);
        if (_adoption is not null)
            Start.Do("pin link", ExitCode.UnfitMachine, () => _adoption.PinLink(_attached));
    }

    /// <summary>Exit kind that the kernel left, 0 while the scheduler runs. Allocates nothing.</summary>
    public int ExitKind => Volatile.Read(ref Loaded.Variable<WdExitRecord>(ExitRecord).Kind);

    /// <summary>What the loop tells the statistics.</summary>
    public LoopFigures Figures { get; } = new();

    /// <summary>Puts the machine back on the default scheduler; returns when that is done.</summary>
    public void Detach()
    {
        _detached = true;
        _adoption?.Remove();
        _attached?.Dispose();
        _attached = null;
    }

    /// <summary>Ends this process's part of it; the scheduler stays attached, for another process.</summary>
    private void Leave()
    {
        _adoption!.Leave();
        _attached?.Dispose();
        (_attached, _left) = (null, true);
    }

    /// <summary>What the kernel said at the end; after <see cref="Detach"/>.</summary>
    public ExitInfo ReadExit() => ExitInfo.Read(ref Loaded.Variable<WdExitRecord>(ExitRecord));

    /// <summary>Allocates all that serving statistics needs; call it after <see cref="SetUp"/>.</summary>
    /// <exception cref="SchedulerException">The socket's path is taken.</exception>
    private protected void PrepareStatistics(KernelInterface kernel) => Start.Do("statistics", ExitCode.Failure, () =>
    {
        // One that was adopted has the name that the version had which loaded it.
        var identity = new StatsIdentity(Scheduler.Name, OpsName.Version, IsAdopted ? kernel.RunningScheduler : Scheduler.Ops, kernel.Release);
        _statistics = new StatsServer(CreateStatsSource(), Figures,
            new StatsServerOptions { Path = Options.StatsPath, Identity = identity, Group = Options.StatsGroup, Live = Live });
    });

    /// <summary>Begins to serve statistics, on a thread of their own; call it after <see cref="Attach"/>.</summary>
    /// <exception cref="SchedulerException">The socket could not be created.</exception>
    private protected void ServeStatistics() => Start.Do("statistics", ExitCode.Failure, () => _statistics?.Start());

    /// <summary>
    /// Waits until the kernel reports the scheduler as enabled. Attaching can succeed and the scheduler be ended a moment later, when
    /// its init fails: then the exit record says so and this returns.
    /// </summary>
    /// <param name="kernel">The machine.</param>
    /// <param name="limit">How long to wait; zero looks once and waits for nothing.</param>
    /// <exception cref="SchedulerException">The kernel reports something else for too long.</exception>
    private void VerifyEnabled(KernelInterface kernel, TimeSpan limit)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (ExitKind == 0 && !IsEnabled(kernel) && limit > TimeSpan.Zero)
        {
            if (TimeProvider.System.GetElapsedTime(began) > limit)
            {
                throw new SchedulerException(ExitCode.AttachRefused,
                    $"the kernel accepted the scheduler, but after {limit.TotalSeconds:0} s its state is '{kernel.State}' "
                    + $"and the running one '{kernel.RunningScheduler}'",
                    "Look at the kernel log for the reason.");
            }
            Thread.Sleep(EnablePollMs);
        }
    }

    /// <summary>Detaches and frees everything.</summary>
    public void Dispose()
    {
        // An adopted one whose new process fails is left to the next: nobody waits for this one.
        if (IsAdopted && !_left && !_detached && ExitKind == 0)
            Leave();
        if (!_left)
            Detach();
        _statistics?.Dispose();
        Release();
        _loaded?.Dispose();
        _open?.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees what the kind of run holds besides; the scheduler is detached, its arena is still there.</summary>
    private protected virtual void Release()
    {
    }

    /// <summary>Sets the core's and the modules' own variables.</summary>
    private protected abstract void Configure(OpenObject open);

    /// <summary>Where the statistics come from.</summary>
    private protected abstract IStatsSource CreateStatsSource();

    /// <summary>Settings that clients of the statistics socket may change; null: none.</summary>
    private protected virtual LiveSwitch? Live => null;

    /// <summary>Makes what the loop needs, and compiles and touches all of it.</summary>
    /// <param name="stop">Ends the loop.</param>
    /// <param name="trial">Ends it, too, when its time is over; may be null.</param>
    private protected abstract void Prepare(StopRequest stop, Trial? trial);

    /// <summary>Readies the calling thread, just before the scheduler attaches.</summary>
    private protected abstract void EnterLoop();

    /// <summary>The scheduler is attached and enabled; no statistics are served yet.</summary>
    private protected virtual void Attached()
    {
    }

    /// <summary>Runs until a stop is requested, the trial is over or the kernel has ended the scheduler.</summary>
    private protected abstract LoopEnd RunLoop();

    /// <summary>Undoes <see cref="EnterLoop"/>; the scheduler is still attached.</summary>
    private protected abstract void LeaveLoop();

    /// <summary>Adds what the loop has done to the end of the run.</summary>
    private protected abstract RunEnd Finish(RunEnd end);

    private void Configure(OpenObject open, Btf kernelTypes, ulong hotplugSequence)
    {
        SetShared(open, Layout, Domains, Options);
        Adoption.Configure(open, Options);
        Configure(open);

        var ops = open.StructOps ?? throw new SchedulerException(ExitCode.LayoutMismatch, $"{open.Name} has no {CallbackTable}", "Add a core.");
        LeftOut = ops.DropUnknownMembers(kernelTypes);
        ops.Set("name", Scheduler.Ops);
        ops.Set("timeout_ms", Options.TimeoutMs);
        ops.Set("exit_dump_len", Options.ExitDumpLength);
        ops.Set("hotplug_seq", hotplugSequence);
        if (Options.Partial)
            ops.Set("flags", ops.Get("flags") | SwitchPartial);
    }

    /// <summary>Sets what all modules read, before load.</summary>
    internal static void SetShared(OpenObject open, ArenaLayout layout, Domains domains, Wd40Options options)
    {
        open.SetArenaSize(layout.Size);
        open.SetMapEntries(FreeList, options.MaxTasks);
        open.SetVariable("wd_layout", layout.ToStruct());
        open.SetVariable("wd_half_life", HalfLifeNs(options));
        open.SetVariable<byte>("wd_cpu_domain", domains.CpuDomain);
        open.SetVariable<byte>("wd_domain_node", domains.DomainNode);
        open.SetVariable<ulong>("wd_domain_cpus", domains.DomainCpus);
    }

    private OpenOptions OpenOptions() => new()
    {
        RelaxedMaps = Options.RelaxedMaps,
        PinRootPath = Options.PinRootPath,
        // The option names a file, libbpf takes its contents.
        Kconfig = Options.Kconfig is null ? null : File.ReadAllText(Options.Kconfig),
        BtfCustomPath = Options.BtfCustomPath,
        BpfTokenPath = Options.BpfTokenPath,
    };

    private protected static ulong HalfLifeNs(Wd40Options options) => (ulong)(options.LoadHalfLifeSeconds * WdConstants.Sec);

    private void WriteHeader()
    {
        ref var header = ref Arena.Ref<WdHeader>(ArenaLayout.HeaderOffset);
        header.Abi = WdConstants.Abi;
        header.OwnerPid = (uint)Environment.ProcessId;
        header.LayoutHash = LayoutTable.Hash;
        header.StartTime = (ulong)(DateTime.UtcNow - DateTime.UnixEpoch).Ticks * (ulong)TimeSpan.NanosecondsPerTick;
        header.HalfLife = HalfLifeNs(Options);
        Span<byte> name = header.Scheduler;
        Encoding.ASCII.GetBytes(Scheduler.Name, name);
        header.Layout = Layout.ToStruct();
        Domains.WriteTo(Arena, header.Layout);
        // Last: a reader that sees the magic number sees the rest.
        Volatile.Write(ref header.Magic, WdConstants.Magic);
    }
}
