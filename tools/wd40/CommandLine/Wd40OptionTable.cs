// SPDX-License-Identifier: GPL-2.0-only
using System.CommandLine;
using System.Globalization;
using Wd40.ArenaRuntime.Layout;
using Wd40.LoadBalance;
using Wd40.Placement;
using Wd40.Schedulers;

namespace Wd40.Tool.CommandLine;

/// <summary>The options of <c>wd40 run wd40</c>, and how they become <see cref="Wd40Options"/>; other schedulers on the hybrid core add to them.</summary>
public class Wd40OptionTable : SchedulerOptionTable
{
    /// <summary>Largest half-life: the original stored it as 32-bit nanoseconds.</summary>
    private const double LargestHalfLife = 4.294967295;

    private const uint LargestPerf = 1024;
    private const double LargestThreshold = 1000;
    private const ulong LargestSliceUs = 1_000_000_000;

    private const string AboveZero = "greater than 0";
    private const string Percent = "0 or more; 0 switches it off, 99.999 and more leaves it on";

    /// <summary>Heading of the options that make domains.</summary>
    protected const string DomainGroup = "Domains and placement";

    private readonly Wd40Options _defaults;
    private readonly Option<ulong> _sliceUnderutil;
    private readonly Option<ulong> _sliceOverutil;
    private readonly Option<double> _interval;
    private readonly Option<double> _tuneInterval;
    private readonly Option<double> _loadHalfLife;
    private readonly Option<uint> _cacheLevel;
    private readonly Option<uint> _maxDomainCpus;
    private readonly Option<uint> _greedyThreshold;
    private readonly Option<uint?> _greedyThresholdXNuma;
    private readonly Option<bool> _noLoadBalance;
    private readonly Option<double> _balanceThreshold;
    private readonly Option<double> _balanceThresholdNuma;
    private readonly Option<double> _balanceCutoff;
    private readonly Option<bool> _kthreadsLocal;
    private readonly Option<bool> _balancedKworkers;
    private readonly Option<bool> _fifoSched;
    private readonly Option<double> _directGreedyUnder;
    private readonly Option<double> _kickGreedyUnder;
    private readonly Option<bool> _directGreedyNuma;
    private readonly Option<bool> _mempolicyAffinity;
    private readonly Option<uint> _perf;

    /// <summary>Declares the options, with the defaults of wd40.</summary>
    public Wd40OptionTable()
        : this(new Wd40Options())
    {
    }

    /// <summary>Declares the options.</summary>
    /// <param name="defaults">Values of options that are not given.</param>
    protected Wd40OptionTable(Wd40Options defaults)
        : base(defaults)
    {
        _defaults = defaults;
        Group("Slices and periods");
        _sliceUnderutil = Number("--slice-us-underutil", "-u", "US", _defaults.Tuner.SliceMax / WdConstants.Usec, $"1 to {LargestSliceUs}",
            value => value is > 0 and <= LargestSliceUs, "Longest slice, given while queues are short.");
        _sliceOverutil = Number("--slice-us-overutil", "-o", "US", _defaults.Tuner.SliceMin / WdConstants.Usec, $"1 to {LargestSliceUs}",
            value => value is > 0 and <= LargestSliceUs, "Shortest slice, given while queues are long.");
        _interval = Number("--interval", "-i", "S", _defaults.IntervalSeconds, AboveZero, value => value > 0, "Period of the load balancer.");
        _tuneInterval = Number("--tune-interval", "-I", "S", _defaults.TuneIntervalSeconds, AboveZero, value => value > 0, "Period of the tuner.");
        _loadHalfLife = Number("--load-half-life", "-l", "S", _defaults.LoadHalfLifeSeconds,
            string.Create(CultureInfo.InvariantCulture, $"greater than 0, at most {LargestHalfLife}"),
            value => value is >= 1e-9 and <= LargestHalfLife, "Half-life of all load averages.");

        Group(DomainGroup);
        _cacheLevel = Number("--cache-level", "-c", "LEVEL", _defaults.CacheLevel, "2 or 3", (uint level) => level is 2 or 3,
            "CPUs that share a cache of this level form a domain; without one of level 3 the next lower level counts.");
        _maxDomainCpus = Number("--max-domain-cpus", null, "N", _defaults.MaxDomainCpus, "0 or more; 0 splits none", (uint _) => true,
            "A cache with more CPUs than this is split into domains of about the same size; threads of a core stay together.");
        _greedyThreshold = Number("--greedy-threshold", "-g", "N", _defaults.GreedyThreshold, "0 or more; 0 switches it off", (uint _) => true,
            "An idle CPU pulls from other domains of its node that have at least N tasks queued.");
        _greedyThresholdXNuma = OptionalNumber("--greedy-threshold-x-numa", null, "N", "0 or more; 0 switches it off", (uint _) => true,
            "The same across NUMA nodes."
            + (defaults.GreedyThresholdXNuma is null ? " Not given: pull in order of the keys, with a larger threshold than inside a node." : ""),
            defaults.GreedyThresholdXNuma);
        _directGreedyUnder = Number("--direct-greedy-under", "-D", "PERCENT", _defaults.Tuner.DirectGreedyUnder, Percent, value => value >= 0,
            "Domains whose CPUs are busy less than this accept tasks of other domains on their idle CPUs.");
        _kickGreedyUnder = Number("--kick-greedy-under", "-K", "PERCENT", _defaults.Tuner.KickGreedyUnder, Percent, value => value >= 0,
            "Domains whose CPUs are busy less than this may have an idle CPU kicked to come and pull.");
        _directGreedyNuma = Flag("--direct-greedy-numa", "-r", "Idle CPUs of other NUMA nodes accept tasks, too.");
        _mempolicyAffinity = Flag("--mempolicy-affinity", null, "Prefer domains of the nodes that the task's memory policy names.");
        _kthreadsLocal = Flag("--kthreads-local", "-k", "Kernel threads bound to one CPU go to the head of that CPU's own queue.");
        _fifoSched = Flag("--fifo-sched", "-f", "First in, first out in each domain: no keys, no weights.");
        _perf = Number("--perf", null, "N", _defaults.Perf, $"0 to {LargestPerf}; larger values count as {LargestPerf}", (uint _) => true,
            "Performance hint given to the frequency governor for each CPU.");

        Group("Load balancing");
        _noLoadBalance = Flag("--no-load-balance", null, "Measure and report loads, but move nothing.");
        _balanceThreshold = Number("--balance-threshold", null, "PERCENT", InPercent(_defaults.Balance.Domain), $"0 to {LargestThreshold}",
            value => value is >= 0 and <= LargestThreshold, "A domain whose load is more than this above its share of its node gives tasks away.");
        _balanceThresholdNuma = Number("--balance-threshold-numa", null, "PERCENT", InPercent(_defaults.Balance.Node), $"0 to {LargestThreshold}",
            value => value is >= 0 and <= LargestThreshold, "The same for a NUMA node and its share of the machine.");
        _balanceCutoff = Number("--balance-cutoff", null, "PERCENT", InPercent(_defaults.Balance.Cutoff), "greater than 0, at most 100",
            value => value is > 0 and <= 100, "A domain or node gives at most this part of its surplus in one round, but always one task.");
        _balancedKworkers = Flag("--balanced-kworkers", "-b", "Leave workqueue workers where they are.");

        DeclareCommon();
    }

    /// <inheritdoc/>
    public override SchedulerDefinition Define(Wd40Options options) => Wd40Scheduler.Define(options);

    /// <inheritdoc/>
    public override string? Contradiction(ParseResult parsed)
    {
        ArgumentNullException.ThrowIfNull(parsed);
        if (parsed.GetResult(_sliceUnderutil) is { Implicit: false } && parsed.GetResult(_sliceOverutil) is { Implicit: false }
            && parsed.GetValue(_sliceOverutil) > parsed.GetValue(_sliceUnderutil))
        {
            return $"--slice-us-overutil: '{parsed.GetValue(_sliceOverutil)}' is not valid; "
                + $"valid: at most --slice-us-underutil, which is {parsed.GetValue(_sliceUnderutil)}";
        }
        return base.Contradiction(parsed);
    }

    private static double InPercent(double part) => part * 100;

    /// <inheritdoc/>
    public override Wd40Options Read(ParseResult parsed, SchedulerEnvironment environment)
    {
        ArgumentNullException.ThrowIfNull(parsed);
        ArgumentNullException.ThrowIfNull(environment);
        var longest = parsed.GetValue(_sliceUnderutil);
        var shortest = parsed.GetValue(_sliceOverutil);
        // One bound given beyond the other's default: the one that was given counts.
        if (shortest > longest)
            (longest, shortest) = parsed.GetResult(_sliceUnderutil) is { Implicit: false } ? (longest, longest) : (shortest, shortest);
        return ReadCommon(parsed, environment) with
        {
            Tuner = new TunerOptions
            {
                SliceMin = shortest * WdConstants.Usec,
                SliceMax = longest * WdConstants.Usec,
                DirectGreedyUnder = parsed.GetValue(_directGreedyUnder),
                KickGreedyUnder = parsed.GetValue(_kickGreedyUnder),
            },
            IntervalSeconds = parsed.GetValue(_interval),
            TuneIntervalSeconds = parsed.GetValue(_tuneInterval),
            LoadHalfLifeSeconds = parsed.GetValue(_loadHalfLife),
            CacheLevel = parsed.GetValue(_cacheLevel),
            MaxDomainCpus = parsed.GetValue(_maxDomainCpus),
            GreedyThreshold = parsed.GetValue(_greedyThreshold),
            GreedyThresholdXNuma = parsed.GetValue(_greedyThresholdXNuma),
            LoadBalance = !parsed.GetValue(_noLoadBalance),
            Balance = new BalanceThresholds
            {
                Domain = parsed.GetValue(_balanceThreshold) / 100,
                Node = parsed.GetValue(_balanceThresholdNuma) / 100,
                Cutoff = parsed.GetValue(_balanceCutoff) / 100,
            },
            KthreadsLocal = parsed.GetValue(_kthreadsLocal),
            BalancedKworkers = parsed.GetValue(_balancedKworkers),
            FifoSched = parsed.GetValue(_fifoSched),
            DirectGreedyNuma = parsed.GetValue(_directGreedyNuma),
            MempolicyAffinity = parsed.GetValue(_mempolicyAffinity),
            Perf = Math.Min(parsed.GetValue(_perf), LargestPerf),
        };
    }
}
