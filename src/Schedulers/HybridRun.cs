// SPDX-License-Identifier: GPL-2.0-only
using System.Text;
using Wd40.ArenaRuntime;
using Wd40.ArenaRuntime.Layout;
using Wd40.Placement;
using Wd40.Schedulers.Live;
using Wd40.Schedulers.Statistics;

namespace Wd40.Schedulers;

/// <summary>One start of a scheduler on the hybrid core, from link to detach. A restart makes a new one.</summary>
public sealed partial class HybridRun : IDisposable
{
    private const string CallbackTable = "sched_ext_ops";
    private const string SetupProgram = "wd_setup";
    private const string ExitRecord = "wd_exit_record";
    private const string FreeList = "wd_free_slots";

    /// <summary>SCX_OPS_SWITCH_PARTIAL, the same on all kernels.</summary>
    private const ulong SwitchPartial = 1 << 3;

    private readonly SchedulerDefinition _scheduler;
    private readonly Wd40Options _options;
    private readonly StartSequence _start;
    private readonly SchedulerLog _log;
    private OpenObject? _open;
    private LoadedObject? _loaded;
    private AttachedScheduler? _attached;
    private StatsServer? _statistics;

    /// <summary>Prepares a run; nothing happens yet.</summary>
    public HybridRun(SchedulerDefinition scheduler, Wd40Options options, StartSequence start, SchedulerLog log)
    {
        _scheduler = scheduler;
        _options = options;
        _start = start;
        _log = log;
        _live = new LiveSwitch(new LiveSettings(options.Tuner, Balancing), log.Info);
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
        // Read before the topology: a CPU that comes or goes in between makes the kernel ask for a restart.
        var hotplugSequence = _start.Do("doctor", ExitCode.UnfitMachine, () =>
        {
            new Doctor(kernel, types).Require();
            return kernel.HotplugSequence;
        });
        Domains = _start.Do("topology", ExitCode.UnfitMachine,
            () => _scheduler.MakeDomains(Topology.Read(_options.SysfsPrefix), _options));
        Layout = new ArenaLayout(Domains.NrCpuIds, Domains.NrDomains, Domains.NrNodes, _options.MaxTasks);
        Composition = _start.Do("manifests", ExitCode.LayoutMismatch, _scheduler.Compose);
        using var linked = _start.Do("link", ExitCode.LayoutMismatch, Composition.Link);
        _start.Do("kernel functions", ExitCode.DamagedKernel, () => KernelFunctions.Require(linked, types.Read()));
        _open = _start.Do("open", ExitCode.LayoutMismatch, () => OpenObject.Open(linked, OpenOptions()));
        _start.Do("read-only data", ExitCode.LayoutMismatch, () => Configure(_open, types.Read(), hotplugSequence));
        _loaded = _start.Do("load", ExitCode.Failure, _open.Load);
    }

    /// <summary>Fills the arena and the task table.</summary>
    /// <exception cref="SchedulerException">A step failed; the message names it.</exception>
    public void SetUp()
    {
        // First of all: what BPF programs write to pages that are not there is lost.
        _start.Do("populate", ExitCode.Failure, Arena.Populate);
        _start.Do("header", ExitCode.Failure, WriteHeader);
        _start.Do("set-up", ExitCode.Failure, () =>
        {
            var result = Loaded.Run(SetupProgram);
            if (result != 0)
                throw new SchedulerException(ExitCode.Failure, $"program {SetupProgram} returned {result}", "Lower --max-tasks, or report this.");
        });
    }

    /// <summary>Makes it the running scheduler and checks that it stays so.</summary>
    /// <exception cref="SchedulerException">The kernel refused.</exception>
    public void Attach() => _attached = _start.Do("attach", ExitCode.AttachRefused, Loaded.Attach);

    /// <summary>Exit kind that the kernel left, 0 while the scheduler runs. Allocates nothing.</summary>
    public int ExitKind => Volatile.Read(ref Loaded.Variable<WdExitRecord>(ExitRecord).Kind);

    /// <summary>What the loop tells the statistics.</summary>
    public LoopFigures Figures { get; } = new();

    /// <summary>Notes a turn of the loop, in the arena's header and for the statistics. Allocates nothing.</summary>
    public void Heartbeat()
    {
        Arena.Ref<WdHeader>(ArenaLayout.HeaderOffset).Heartbeat++;
        Figures.Progressed();
    }

    /// <summary>Puts the machine back on the default scheduler; returns when that is done.</summary>
    public void Detach()
    {
        _attached?.Dispose();
        _attached = null;
    }

    /// <summary>What the kernel said at the end; after <see cref="Detach"/>.</summary>
    public ExitInfo ReadExit() => ExitInfo.Read(ref Loaded.Variable<WdExitRecord>(ExitRecord));

    /// <summary>Detaches and frees everything.</summary>
    public void Dispose()
    {
        Detach();
        _statistics?.Dispose();
        _loaded?.Dispose();
        _open?.Dispose();
    }

    private void Configure(OpenObject open, Btf kernelTypes, ulong hotplugSequence)
    {
        SetShared(open, Layout, Domains, _options);
        open.SetVariable("wd_perf", _options.Perf);
        _scheduler.Configure(open, _options, Domains);

        var ops = open.StructOps ?? throw new SchedulerException(ExitCode.LayoutMismatch, $"{open.Name} has no {CallbackTable}", "Add a core.");
        LeftOut = ops.DropUnknownMembers(kernelTypes);
        ops.Set("name", _scheduler.Ops);
        ops.Set("timeout_ms", _options.TimeoutMs);
        ops.Set("exit_dump_len", _options.ExitDumpLength);
        ops.Set("hotplug_seq", hotplugSequence);
        if (_options.Partial)
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
        RelaxedMaps = _options.RelaxedMaps,
        PinRootPath = _options.PinRootPath,
        // The option names a file, libbpf takes its contents.
        Kconfig = _options.Kconfig is null ? null : File.ReadAllText(_options.Kconfig),
        BtfCustomPath = _options.BtfCustomPath,
        BpfTokenPath = _options.BpfTokenPath,
    };

    private static ulong HalfLifeNs(Wd40Options options) => (ulong)(options.LoadHalfLifeSeconds * WdConstants.Sec);

    private void WriteHeader()
    {
        ref var header = ref Arena.Ref<WdHeader>(ArenaLayout.HeaderOffset);
        header.Abi = WdConstants.Abi;
        header.OwnerPid = (uint)Environment.ProcessId;
        header.LayoutHash = LayoutTable.Hash;
        header.StartTime = (ulong)(DateTime.UtcNow - DateTime.UnixEpoch).Ticks * (ulong)TimeSpan.NanosecondsPerTick;
        header.HalfLife = HalfLifeNs(_options);
        Span<byte> name = header.Scheduler;
        Encoding.ASCII.GetBytes(_scheduler.Name, name);
        header.Layout = Layout.ToStruct();
        Domains.WriteTo(Arena, header.Layout);
        // Last: a reader that sees the magic number sees the rest.
        Volatile.Write(ref header.Magic, WdConstants.Magic);
    }
}
