// SPDX-License-Identifier: GPL-2.0-only
using System.Collections.ObjectModel;
using Wd40.LoadBalance;
using Wd40.Placement;
using Wd40.Schedulers.UserSpace;

namespace Wd40.Schedulers;

/// <summary>
/// What the command line of wd40 says, checked and with defaults filled in. Names, units and defaults are those of the
/// options, but for what a module defines itself; times keep the unit of the option in their name.
/// </summary>
public sealed record Wd40Options
{
    /// <summary>The socket that existing clients look for.</summary>
    public const string DefaultStatsPath = "/var/run/scx/root/stats";

    /// <summary>Watchdog of the kernel in ms, when SCX_TIMEOUT_MS does not say otherwise.</summary>
    public const uint DefaultTimeoutMs = 10_000;

    /// <summary>-u, -o, -D, -K: what the tuner steers by, in its own units.</summary>
    public TunerOptions Tuner { get; init; } = new();

    /// <summary>-i: period of the balancer in s.</summary>
    public double IntervalSeconds { get; init; } = 2.0;

    /// <summary>-I: period of the tuner in s.</summary>
    public double TuneIntervalSeconds { get; init; } = 0.1;

    /// <summary>-l: half-life of all load averages in s.</summary>
    public double LoadHalfLifeSeconds { get; init; } = 1.0;

    /// <summary>-c: level of the cache whose sharing makes a domain, 2 or 3.</summary>
    public uint CacheLevel { get; init; } = 3;

    /// <summary>--max-domain-cpus: caches with more CPUs are split into several domains; 0 splits none.</summary>
    public uint MaxDomainCpus { get; init; }

    /// <summary>--cpumasks: CPUs of each hand-made domain.</summary>
    public IReadOnlyList<CpuMask> CpuMasks { get; init; } = [];

    /// <summary>-g: queue length from which another domain of the node is pulled from; 0 never.</summary>
    public uint GreedyThreshold { get; init; } = 1;

    /// <summary>--greedy-threshold-x-numa: queue length from which a domain of another node is pulled from; 0 never, null ordered pull.</summary>
    public uint? GreedyThresholdXNuma { get; init; }

    /// <summary>False with --no-load-balance: loads are measured and reported, nothing is moved.</summary>
    public bool LoadBalance { get; init; } = true;

    /// <summary>--balance-threshold, --balance-threshold-numa, --balance-cutoff: when the balancer acts and how much it does at once.</summary>
    public BalanceThresholds Balance { get; init; } = new();

    /// <summary>-k: kernel threads bound to one CPU go to the head of that CPU's own queue.</summary>
    public bool KthreadsLocal { get; init; }

    /// <summary>-b: the balancer leaves workqueue workers alone.</summary>
    public bool BalancedKworkers { get; init; }

    /// <summary>-f: first in, first out in the domain queues.</summary>
    public bool FifoSched { get; init; }

    /// <summary>-r: direct greedy placement may cross NUMA nodes.</summary>
    public bool DirectGreedyNuma { get; init; }

    /// <summary>-p: only tasks of policy SCHED_EXT are scheduled.</summary>
    public bool Partial { get; init; }

    /// <summary>--mempolicy-affinity: prefer the domains of the nodes that a task's memory policy names.</summary>
    public bool MempolicyAffinity { get; init; }

    /// <summary>--perf: performance hint for each CPU, 0 to 1024.</summary>
    public uint Perf { get; init; }

    /// <summary>--exit-dump-len in bytes; 0 means the kernel's default.</summary>
    public uint ExitDumpLength { get; init; }

    /// <summary>-v: 0 information, 1 debug, 2 and more trace.</summary>
    public int Verbosity { get; init; }

    /// <summary>--max-tasks: slots in the task table, a power of two.</summary>
    public uint MaxTasks { get; init; } = 16_384;

    /// <summary>--stats: period in s of the statistics printed while the scheduler runs; null prints none.</summary>
    public double? StatsSeconds { get; init; }

    /// <summary>--monitor: period in s of the statistics printed of a running instance; null runs a scheduler.</summary>
    public double? MonitorSeconds { get; init; }

    /// <summary>--help-stats: describe the statistics and exit.</summary>
    public bool HelpStats { get; init; }

    /// <summary>--stats-path: the statistics socket.</summary>
    public string StatsPath { get; init; } = DefaultStatsPath;

    /// <summary>--stats-group: number of the group that may connect to the statistics socket; null leaves the process's own.</summary>
    public uint? StatsGroup { get; init; }

    /// <summary>--openmetrics: file that --stats or --monitor replaces at each interval, - is standard output; null prints text or JSON.</summary>
    public string? OpenMetricsPath { get; init; }

    /// <summary>--trial: s after attach at which the scheduler detaches by itself unless it is confirmed; null runs without end.</summary>
    public double? TrialSeconds { get; init; }

    /// <summary>--adoptable: s for which the kernel half waits for another process when its own has ended; null: it ends with its process.</summary>
    public double? AdoptableSeconds { get; init; }

    /// <summary>--replace: the process that runs it is asked to end, so that this one takes its place.</summary>
    public bool Replace { get; init; }

    /// <summary>--debuggable: the runtime's diagnostics stay on, so that a debugger can be attached.</summary>
    public bool Debuggable { get; init; }

    /// <summary>--dry-run: link, load and verify, do not attach.</summary>
    public bool DryRun { get; init; }

    /// <summary>--json: machine-readable output of --dry-run, --trial, --stats and --monitor.</summary>
    public bool Json { get; init; }

    /// <summary>--report: file that receives the exit report as JSON.</summary>
    public string? ReportPath { get; init; }

    /// <summary>--set: values of settings of modules, by MODULE.NAME.</summary>
    public IReadOnlyDictionary<string, ulong> ModuleSettings { get; init; } = ReadOnlyDictionary<string, ulong>.Empty;

    /// <summary>What the user-space core reads.</summary>
    public UserSpaceOptions UserSpace { get; init; } = new();

    /// <summary>--relaxed-maps: libbpf ignores unknown map attributes.</summary>
    public bool? RelaxedMaps { get; init; }

    /// <summary>--pin-root-path: directory below which libbpf pins maps.</summary>
    public string? PinRootPath { get; init; }

    /// <summary>--kconfig: kernel configuration that libbpf uses in place of the running kernel's.</summary>
    public string? Kconfig { get; init; }

    /// <summary>--btf-custom-path: BTF that libbpf uses in place of the running kernel's.</summary>
    public string? BtfCustomPath { get; init; }

    /// <summary>--bpf-token-path: mounted BPF file system that libbpf takes a token from.</summary>
    public string? BpfTokenPath { get; init; }

    /// <summary>Watchdog of the kernel in ms (SCX_TIMEOUT_MS).</summary>
    public uint TimeoutMs { get; init; } = DefaultTimeoutMs;

    /// <summary>Put before all sysfs paths (SCX_SYSFS_PREFIX); empty on a real machine.</summary>
    public string SysfsPrefix { get; init; } = "";
}
