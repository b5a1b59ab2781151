// SPDX-License-Identifier: GPL-2.0-only
using System.Globalization;

namespace Wd40.ArenaRuntime;

/// <summary>What the kernel says about sched_ext and BPF in /sys and /proc; the one place that reads there. Works on a copied tree, too.</summary>
public sealed class KernelInterface
{
    /// <summary>State of a kernel on which a scheduler runs.</summary>
    public const string Enabled = "enabled";

    /// <summary>State of a kernel on its default scheduler.</summary>
    public const string Disabled = "disabled";

    private readonly string _sys;
    private readonly string _proc;

    /// <summary>Creates a reader.</summary>
    /// <param name="sysfsPrefix">Put before paths in /sys (SCX_SYSFS_PREFIX); empty for the running machine.</param>
    /// <param name="procPrefix">Put before paths in /proc; empty for the running machine.</param>
    public KernelInterface(string sysfsPrefix = "", string procPrefix = "")
    {
        _sys = sysfsPrefix;
        _proc = procPrefix;
    }

    /// <summary>True if the kernel was built with sched_ext.</summary>
    public bool HasSchedExt => Directory.Exists(_sys + "/sys/kernel/sched_ext");

    /// <summary>State of sched_ext: enabled, disabled, or a transition between them; empty without sched_ext.</summary>
    public string State => Read(_sys + "/sys/kernel/sched_ext/state");

    /// <summary>Name of the running scheduler; empty if none runs.</summary>
    public string RunningScheduler => Read(_sys + "/sys/kernel/sched_ext/root/ops");

    /// <summary>Number that changes whenever a CPU comes or goes; 0 without sched_ext.</summary>
    public ulong HotplugSequence => Number(_sys + "/sys/kernel/sched_ext/hotplug_seq");

    /// <summary>Number of successful attaches since boot.</summary>
    public ulong EnableSequence => Number(_sys + "/sys/kernel/sched_ext/enable_seq");

    /// <summary>Release of the kernel.</summary>
    public string Release => Read(_proc + "/proc/sys/kernel/osrelease");

    /// <summary>True for a kernel built with PREEMPT_RT.</summary>
    public bool IsRealtime => Number(_sys + "/sys/kernel/realtime") == 1;

    /// <summary>True if the BPF JIT is on, or always on.</summary>
    public bool IsJitEnabled => Read(_proc + "/proc/sys/net/core/bpf_jit_enable") is not "0";

    /// <summary>File with the kernel's type information, or null if there is none.</summary>
    public string? TypesPath => File.Exists(_sys + "/sys/kernel/btf/vmlinux") ? _sys + "/sys/kernel/btf/vmlinux" : null;

    /// <summary>Effective capabilities of this process, a bit each.</summary>
    public ulong EffectiveCapabilities
    {
        get
        {
            const string Field = "CapEff:";
            var line = Read(_proc + "/proc/self/status").Split('\n').FirstOrDefault(line => line.StartsWith(Field, StringComparison.Ordinal));
            return ulong.TryParse(line?[Field.Length..], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var mask) ? mask : 0;
        }
    }

    private static ulong Number(string path) =>
        ulong.TryParse(Read(path), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    // A file that is not there, or that goes away while a scheduler ends, says nothing.
    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
