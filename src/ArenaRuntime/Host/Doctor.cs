// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.ArenaRuntime;

/// <summary>
/// Checks whether this machine can run a scheduler now. Each check names what is wrong and what to do about it; all of them are cheap
/// and change nothing, so they also precede every start.
/// </summary>
public sealed class Doctor
{
    private const string SchedulerTable = "sched_ext_ops";

    // The newest function without which no composition works: its presence stands for 6.16.
    private const string YoungestFunction = "scx_bpf_select_cpu_and";
    private const string OtherSchedulers = "other schedulers";
    private const string ArenaMapType = "BPF_MAP_TYPE_ARENA";

    private static readonly (string Name, int Bit)[] _capabilities = [("CAP_SYS_ADMIN", 21), ("CAP_PERFMON", 38), ("CAP_BPF", 39)];

    private readonly KernelInterface _kernel;
    private readonly KernelTypes _types;

    /// <summary>Creates a doctor.</summary>
    /// <param name="kernel">The machine.</param>
    /// <param name="types">Its kernel's types, which stay the caller's; read if the checks get that far.</param>
    public Doctor(KernelInterface kernel, KernelTypes types)
    {
        _kernel = kernel;
        _types = types;
    }

    /// <summary>All checks in the order in which they make sense; later ones are left out when an earlier failure makes them meaningless.</summary>
    public IReadOnlyList<DoctorCheck> Examine()
    {
        var checks = new List<DoctorCheck> { Libbpf(), Capabilities(), Jit(), Realtime(), SchedExt() };
        if (_kernel.HasSchedExt)
            checks.Add(OtherScheduler());
        checks.AddRange(Types());
        return checks;
    }

    /// <summary>Refuses to go on when a check fails.</summary>
    /// <exception cref="SchedulerException">The first failure, with exit code <see cref="ExitCode.UnfitMachine"/>.</exception>
    /// <param name="adopts">True if the scheduler that runs is the one that this process is about to adopt.</param>
    public void Require(bool adopts = false)
    {
        if (Examine().FirstOrDefault(check => !check.Passed && !(adopts && check.Name == OtherSchedulers)) is { } failed)
            throw new SchedulerException(ExitCode.UnfitMachine, failed.Finding, failed.Remedy);
    }

    private static DoctorCheck Libbpf()
    {
        try
        {
            LibbpfVersion.Require();
            return Pass("libbpf", $"version {LibbpfVersion.Current}");
        }
        catch (SchedulerException failure)
        {
            return Fail("libbpf", failure.Message, failure.Remedy);
        }
    }

    private DoctorCheck Capabilities()
    {
        var held = _kernel.EffectiveCapabilities;
        var missing = _capabilities.Where(capability => (held >> capability.Bit & 1) == 0).Select(capability => capability.Name).ToArray();
        return missing.Length == 0
            ? Pass("privileges", string.Join(", ", _capabilities.Select(capability => capability.Name)))
            : Fail("privileges", $"this process lacks {string.Join(", ", missing)}", "Run it as root, or give it these capabilities.");
    }

    private DoctorCheck Jit() => _kernel.IsJitEnabled
        ? Pass("BPF JIT", "on")
        : Fail("BPF JIT", "the BPF JIT is switched off; schedulers cannot be loaded (error 524)", "Switch it on: sysctl net.core.bpf_jit_enable=1.");

    private DoctorCheck Realtime() => _kernel.IsRealtime
        ? Fail("preemption", "this is a PREEMPT_RT kernel; BPF schedulers cannot be attached there", "Boot a kernel without PREEMPT_RT.")
        : Pass("preemption", "no PREEMPT_RT");

    private DoctorCheck SchedExt() => _kernel.HasSchedExt
        ? Pass("sched_ext", $"kernel {_kernel.Release}, state {_kernel.State}")
        : Fail("sched_ext", $"kernel {_kernel.Release} has no sched_ext: /sys/kernel/sched_ext is missing",
            "Boot a kernel with CONFIG_SCHED_CLASS_EXT=y, 6.16 or newer.");

    private DoctorCheck OtherScheduler()
    {
        var state = _kernel.State;
        if (state == KernelInterface.Disabled)
            return Pass(OtherSchedulers, "none");
        var name = _kernel.RunningScheduler;
        return Fail(OtherSchedulers, $"another scheduler is {state}: {(name.Length > 0 ? name : "its name is not known yet")}; it was left alone",
            "Stop it first; then start this one.");
    }

    private IEnumerable<DoctorCheck> Types()
    {
        const string Name = "kernel types";
        var (types, unreadable) = ReadTypes(Name);
        if (types is null)
        {
            yield return unreadable!;
            yield break;
        }
        // Without sched_ext the check before has said all there is to say.
        if (_kernel.HasSchedExt)
            yield return types.Find(BtfKind.Struct, SchedulerTable) is not null && types.Find(BtfKind.Function, YoungestFunction) is not null
                ? Pass(Name, $"struct {SchedulerTable} and its functions as of 6.16 or newer")
                : Fail(Name, $"the kernel does not have struct {SchedulerTable} with function {YoungestFunction}: it is older than 6.16",
                    "Boot kernel 6.16 or newer.");
        yield return types.Find(BtfKind.Enum, "bpf_map_type") is { } kinds && kinds.Enumerators.Any(kind => kind.Name == ArenaMapType)
            ? Pass("BPF arenas", "supported")
            : Fail("BPF arenas", "the kernel has no BPF arenas", "Boot kernel 6.16 or newer.");
    }

    private (Btf? Types, DoctorCheck? Unreadable) ReadTypes(string check)
    {
        try
        {
            return (_types.Read(), null);
        }
        catch (SchedulerException failure)
        {
            return (null, Fail(check, failure.Message, failure.Remedy));
        }
    }

    private static DoctorCheck Pass(string name, string finding) => new(name, true, finding, "");

    private static DoctorCheck Fail(string name, string finding, string remedy) => new(name, false, finding, remedy);
}
