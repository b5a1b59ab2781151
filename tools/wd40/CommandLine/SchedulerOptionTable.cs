// SPDX-License-Identifier: GPL-2.0-only
using System.CommandLine;
using System.Globalization;
using System.Numerics;
using Wd40.ArenaRuntime.Layout;
using Wd40.Schedulers;
using Wd40.Tool.Statistics;

namespace Wd40.Tool.CommandLine;

/// <summary>Options that every scheduler has, whatever its core: how it is run, statistics, libbpf.</summary>
public abstract class SchedulerOptionTable : OptionTable
{
    private const uint SmallestTable = 64, LargestTable = 1 << 20;
    private const double ShortestTrial = 1, LongestTrial = 24 * 3600, ShortestAdoptable = 1, LongestAdoptable = 24 * 3600;
    private static readonly string _pause = string.Create(CultureInfo.InvariantCulture, $"{MonitorClient.ShortestInterval} or more");

    private readonly Wd40Options _defaults;
    private Option<bool> _partial = null!;
    private Option<uint> _maxTasks = null!;
    private Option<double?> _stats = null!;
    private Option<double?> _monitor = null!;
    private Option<bool> _helpStats = null!;
    private Option<string?> _statsPath = null!;
    private Option<uint?> _statsGroup = null!;
    private Option<string?> _openMetrics = null!;
    private Option<double?> _trial = null!;
    private Option<double?> _adoptable = null!;
    private Option<bool> _replace = null!;
    private Option<bool> _debuggable = null!;
    private Option<bool> _dryRun = null!;
    private Option<bool> _json = null!;
    private Option<string?> _report = null!;
    private Option<uint> _exitDumpLength = null!;
    private Option<bool> _verbose = null!;
    private Option<string?> _relaxedMaps = null!;
    private Option<string?> _pinRootPath = null!;
    private Option<string?> _kconfig = null!;
    private Option<string?> _btfCustomPath = null!;
    private Option<string?> _bpfTokenPath = null!;

    /// <summary>Declares nothing yet.</summary>
    /// <param name="defaults">Values of options that are not given.</param>
    protected SchedulerOptionTable(Wd40Options defaults)
    {
        ArgumentNullException.ThrowIfNull(defaults);
        _defaults = defaults;
    }

    /// <summary>The scheduler that the options stand for.</summary>
    public abstract SchedulerDefinition Define(Wd40Options options);

    /// <summary>The options of a command line that parsed without errors, and of the environment.</summary>
    public abstract Wd40Options Read(ParseResult parsed, SchedulerEnvironment environment);

    /// <summary>Checks what concerns several options; null when all is well, else what contradicts what.</summary>
    public virtual string? Contradiction(ParseResult parsed)
    {
        ArgumentNullException.ThrowIfNull(parsed);
        if (parsed.GetValue(_monitor) is not null && parsed.GetValue(_stats) is not null)
            return "--monitor runs no scheduler and --stats runs one: give one of them";
        if (parsed.GetValue(_monitor) is not null && parsed.GetValue(_dryRun))
            return "--monitor looks at a running scheduler and --dry-run runs none: give one of them";
        if (parsed.GetValue(_trial) is not null && (parsed.GetValue(_monitor) is not null || parsed.GetValue(_dryRun)))
            return "--trial attaches a scheduler, --monitor and --dry-run do not: give one of them";
        if (parsed.GetValue(_trial) is not null && parsed.GetValue(_adoptable) is not null)
            return "--trial detaches by itself and --adoptable lets it stay: give one of them";
        if (parsed.GetValue(_adoptable) is not null && (parsed.GetValue(_monitor) is not null || parsed.GetValue(_dryRun)))
            return "--adoptable attaches a scheduler, --monitor and --dry-run do not: give one of them";
        if (parsed.GetValue(_replace) && parsed.GetValue(_adoptable) is null)
            return "--replace takes the place of a process that runs an adoptable scheduler: give --adoptable, too, with the time that it was started with";
        if (parsed.GetValue(_openMetrics) is not null && parsed.GetValue(_monitor) is null && parsed.GetValue(_stats) is null)
            return "--openmetrics writes what --stats or --monitor would print: give one of them, too, with the interval in seconds";
        if (parsed.GetValue(_openMetrics) is not null && parsed.GetValue(_json))
            return "--openmetrics is one form of the statistics and --json another: give one of them";
        return null;
    }

    /// <summary>Declares the options; the last thing that a constructor does.</summary>
    protected void DeclareCommon()
    {
        Group("Running");
        _partial = Flag("--partial", "-p", "Schedule only tasks of policy SCHED_EXT.");
        _maxTasks = Number("--max-tasks", null, "N", _defaults.MaxTasks, $"a power of two, {SmallestTable} to {LargestTable}",
            value => value is >= SmallestTable and <= LargestTable && BitOperations.IsPow2(value),
            "Slots in the task table. Tasks beyond it are scheduled, but not balanced.");
        _trial = Duration("--trial", "TIME", ShortestTrial, LongestTrial, "1s to 24h; seconds, or with the unit s, m or h",
            "Measure the machine, attach, measure again, and detach after TIME unless confirmed: by SIGUSR1, or by typing keep and Enter.");
        _adoptable = Duration("--adoptable", "TIME", ShortestAdoptable, LongestAdoptable, "1s to 24h; seconds, or with the unit s, m or h",
            "Stay attached when this process is killed or ended by SIGTERM, for another one with the same options; end after TIME without one. Go on with one that was left so. Ctrl-C ends both.");
        _replace = Flag("--replace", null, "With --adoptable: end the process that runs it, and take its place.");
        _debuggable = Flag("--debuggable", null, "Leave the diagnostics of the .NET runtime on, so that debuggers, tracers and profilers can be attached.");
        _dryRun = Flag("--dry-run", null, "Link, load, verify and compare layouts; print verified instructions; do not attach.");
        _report = Word("--report", "FILE", null, "Write the exit report to FILE as JSON.");
        _exitDumpLength = Number("--exit-dump-len", null, "BYTES", _defaults.ExitDumpLength, $"0 to {WdConstants.ExitDumpLen}; 0 is the kernel's default of 32768",
            value => value <= WdConstants.ExitDumpLen, "Size of the debug dump that the kernel writes when it ejects the scheduler.");
        _verbose = Count("--verbose", "-v", "Debug messages; twice: trace messages, too.");

        Group("Statistics");
        _stats = OptionalNumber("--stats", null, "S", _pause, (double value) => MonitorClient.CheckInterval(value) is null,
            "Run, and print statistics each S seconds.");
        _monitor = OptionalNumber("--monitor", null, "S", _pause, (double value) => MonitorClient.CheckInterval(value) is null,
            "Run nothing, print statistics of the running instance each S seconds.");
        _helpStats = Flag("--help-stats", null, "Describe the statistics.");
        _statsPath = Word("--stats-path", "SOCKET", _defaults.StatsPath, "Where statistics are served and looked for.");
        _statsGroup = UserGroup("--stats-group", "GROUP", "Members of this group, too, may connect to the statistics socket.");
        _openMetrics = Word("--openmetrics", "FILE", null,
            "With --stats or --monitor: OpenMetrics text in place of lines, to FILE, which is replaced as a whole each time; - for standard output.");
        _json = Flag("--json", null, "JSON in place of text: --dry-run, --trial, --stats, --monitor.");

        Group("libbpf");
        _relaxedMaps = Truth("--relaxed-maps", "Ignore map attributes that this libbpf does not know.");
        _pinRootPath = Word("--pin-root-path", "DIR", null, "Where maps are pinned.");
        _kconfig = Word("--kconfig", "FILE", null, "Kernel configuration in place of the running kernel's.");
        _btfCustomPath = Word("--btf-custom-path", "FILE", null, "BTF in place of the running kernel's.");
        _bpfTokenPath = Word("--bpf-token-path", "DIR", null, "Mounted BPF file system that a token is taken from.");
    }

    /// <summary>Their values.</summary>
    protected Wd40Options ReadCommon(ParseResult parsed, SchedulerEnvironment environment)
    {
        ArgumentNullException.ThrowIfNull(parsed);
        ArgumentNullException.ThrowIfNull(environment);
        return new Wd40Options
        {
            Partial = parsed.GetValue(_partial),
            MaxTasks = parsed.GetValue(_maxTasks),
            StatsSeconds = parsed.GetValue(_stats),
            MonitorSeconds = parsed.GetValue(_monitor),
            HelpStats = parsed.GetValue(_helpStats),
            StatsPath = parsed.GetValue(_statsPath) ?? _defaults.StatsPath,
            StatsGroup = parsed.GetValue(_statsGroup),
            OpenMetricsPath = parsed.GetValue(_openMetrics),
            TrialSeconds = parsed.GetValue(_trial),
            AdoptableSeconds = parsed.GetValue(_adoptable),
            Replace = parsed.GetValue(_replace),
            Debuggable = parsed.GetValue(_debuggable),
            DryRun = parsed.GetValue(_dryRun),
            Json = parsed.GetValue(_json),
            ReportPath = parsed.GetValue(_report),
            ExitDumpLength = parsed.GetValue(_exitDumpLength),
            Verbosity = parsed.GetResult(_verbose)?.IdentifierTokenCount ?? 0,
            RelaxedMaps = parsed.GetValue(_relaxedMaps) is { } word ? bool.Parse(word) : null,
            PinRootPath = parsed.GetValue(_pinRootPath),
            Kconfig = parsed.GetValue(_kconfig),
            BtfCustomPath = parsed.GetValue(_btfCustomPath),
            BpfTokenPath = parsed.GetValue(_bpfTokenPath),
            TimeoutMs = environment.TimeoutMs,
            SysfsPrefix = environment.SysfsPrefix,
        };
    }
}
