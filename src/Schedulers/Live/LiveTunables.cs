// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime.Layout;
using Wd40.LoadBalance;
using Wd40.Placement;

namespace Wd40.Schedulers.Live;

/// <summary>
/// The settings that may be changed while a scheduler runs: those that the C# halves read anew at each step. Everything else is constant
/// in the loaded programs, or decides how the arena is laid out.
/// </summary>
public static class LiveTunables
{
    private const double LargestSliceUs = 1_000_000_000, LargestThreshold = 1000;
    private const string OnOrOff = "true or false", Percent = "0 or more; 0 switches it off, 99.999 and more leaves it on";

    /// <summary>All of them, in the order of the help text.</summary>
    public static IReadOnlyList<LiveTunable> All { get; } =
    [
        Slice("slice-us-underutil", tuner => tuner.SliceMax, (tuner, value) => tuner with { SliceMax = value }),
        Slice("slice-us-overutil", tuner => tuner.SliceMin, (tuner, value) => tuner with { SliceMin = value }),
        Tuned("direct-greedy-under", tuner => tuner.DirectGreedyUnder, (tuner, value) => tuner with { DirectGreedyUnder = value }),
        Tuned("kick-greedy-under", tuner => tuner.KickGreedyUnder, (tuner, value) => tuner with { KickGreedyUnder = value }),
        Switch("load-balance", balancer => balancer.Enabled, (balancer, value) => balancer with { Enabled = value }),
        Threshold("balance-threshold", thresholds => thresholds.Domain, (thresholds, value) => thresholds with { Domain = value }),
        Threshold("balance-threshold-numa", thresholds => thresholds.Node, (thresholds, value) => thresholds with { Node = value }),
        Balanced("balance-cutoff", "greater than 0, at most 100", value => value is > 0 and <= 100,
            thresholds => thresholds.Cutoff, (thresholds, value) => thresholds with { Cutoff = value }),
        Switch("balanced-kworkers", balancer => balancer.SparesKworkers, (balancer, value) => balancer with { SparesKworkers = value }),
    ];

    /// <summary>A setting by name, or null.</summary>
    public static LiveTunable? Find(string name) => All.FirstOrDefault(tunable => tunable.Name == name);

    private static LiveTunable Slice(string name, Func<TunerOptions, ulong> get, Func<TunerOptions, ulong, TunerOptions> set) => new(
        name, false, $"1 to {LargestSliceUs}", value => value is >= 1 and <= LargestSliceUs && value == Math.Floor(value),
        settings => get(settings.Tuner) / (ulong)WdConstants.Usec,
        (settings, value) => settings with { Tuner = set(settings.Tuner, (ulong)value * (ulong)WdConstants.Usec) });

    private static LiveTunable Tuned(string name, Func<TunerOptions, double> get, Func<TunerOptions, double, TunerOptions> set) => new(
        name, false, Percent, value => value >= 0, settings => get(settings.Tuner),
        (settings, value) => settings with { Tuner = set(settings.Tuner, value) });

    private static LiveTunable Switch(string name, Func<BalancerOptions, bool> get, Func<BalancerOptions, bool, BalancerOptions> set) => new(
        name, true, OnOrOff, _ => true, settings => settings.Balancer is null ? null : get(settings.Balancer) ? 1 : 0,
        (settings, value) => settings with { Balancer = set(settings.Balancer!, value != 0) });

    private static LiveTunable Threshold(
        string name, Func<BalanceThresholds, double> get, Func<BalanceThresholds, double, BalanceThresholds> set) =>
        Balanced(name, $"0 to {LargestThreshold}", value => value is >= 0 and <= LargestThreshold, get, set);

    /// <summary>One in percent.</summary>
    private static LiveTunable Balanced(string name, string range, Func<double, bool> valid,
        Func<BalanceThresholds, double> get, Func<BalanceThresholds, double, BalanceThresholds> set) => new(
        name, false, range, valid, settings => settings.Balancer is null ? null : get(settings.Balancer.Thresholds) * 100,
        (settings, value) => settings with { Balancer = settings.Balancer! with { Thresholds = set(settings.Balancer.Thresholds, value / 100) } });
}
