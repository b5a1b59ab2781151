// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime;
using Wd40.LoadBalance;
using Wd40.Placement;

namespace Wd40.Schedulers;

/// <summary>The modules that ship with Wd40.</summary>
public static class ModuleRegistry
{
    private const string CoreAssembly = "Wd40.ArenaBpf", PlacementAssembly = "Wd40.Placement", DeadlineAssembly = "Wd40.Deadline",
        LoadBalanceAssembly = "Wd40.LoadBalance";

    private static readonly string[] _betweenDomains =
        ["--greedy-threshold-x-numa", "--direct-greedy-under", "--kick-greedy-under", "--direct-greedy-numa", "--mempolicy-affinity"];

    private static readonly string[] _slices = ["--slice-us-underutil", "--slice-us-overutil"];

    /// <summary>All of them, by slot and name.</summary>
    public static IReadOnlyList<KnownModule> All { get; } =
    [
        new KnownModule
        {
            Name = "hybrid",
            Slot = ModuleSlot.Core,
            Origin = CoreAssembly,
            Description = "A queue a domain and a CPU in the kernel; user space makes domains, tunes and balances.",
        },
        new KnownModule
        {
            Name = "user-space",
            Slot = ModuleSlot.Core,
            Origin = CoreAssembly,
            Description = "A policy in this process decides; the kernel keeps every task and takes over when none comes.",
            ObjectName = "userspace",
            NeedsPolicy = true,
        },
        new KnownModule
        {
            Name = "flat",
            Slot = ModuleSlot.Placement,
            Origin = PlacementAssembly,
            Description = "One domain for the whole machine.",
            MakeDomains = (topology, _) => Domains.Flat(topology),
        },
        new KnownModule
        {
            Name = "llc",
            Slot = ModuleSlot.Placement,
            Origin = PlacementAssembly,
            Description = "One domain a last-level cache.",
            Options = ["--cache-level", "--max-domain-cpus", "--greedy-threshold", .. _betweenDomains],
            MakeDomains = (topology, options) => Domains.ByCache(topology, options.CacheLevel, options.MaxDomainCpus),
            Configure = (open, options, domains) => ConfigureDomains(open, options, domains, options.GreedyThreshold),
        },
        new KnownModule
        {
            Name = "masks",
            Slot = ModuleSlot.Placement,
            Origin = PlacementAssembly,
            Description = "Hand-made domains: one a CPU mask of --cpumasks.",
            Options = ["--cpumasks", "--greedy-threshold", .. _betweenDomains],
            MakeDomains = (topology, options) => Domains.ByMasks(topology, options.CpuMasks),
            Configure = (open, options, domains) => ConfigureDomains(open, options, domains, options.GreedyThreshold),
        },
        new KnownModule
        {
            Name = "numa",
            Slot = ModuleSlot.Placement,
            Origin = PlacementAssembly,
            Description = "One domain a NUMA node.",
            Options = _betweenDomains,
            MakeDomains = (topology, _) => Domains.ByNode(topology),
            // The threshold inside a node has nothing to decide here; 0 would switch off the one across nodes as well.
            Configure = (open, options, domains) => ConfigureDomains(open, options, domains, 1),
        },
        new KnownModule
        {
            Name = "fifo",
            Slot = ModuleSlot.Deadline,
            Origin = DeadlineAssembly,
            Description = "First in, first out, equal slices: no weights, no preemption.",
            Options = _slices,
        },
        new KnownModule
        {
            Name = "interactive",
            Slot = ModuleSlot.Deadline,
            Origin = DeadlineAssembly,
            Description = "Virtual time plus a request that latency-critical tasks shorten.",
            Options = _slices,
        },
        new KnownModule
        {
            Name = "vtime",
            Slot = ModuleSlot.Deadline,
            Origin = DeadlineAssembly,
            Description = "Plain weighted virtual time.",
            Options = _slices,
        },
        new KnownModule
        {
            Name = "none",
            Slot = ModuleSlot.LoadBalance,
            Origin = LoadBalanceAssembly,
            Description = "No loads, no moves.",
        },
        new KnownModule
        {
            Name = "rusty",
            Slot = ModuleSlot.LoadBalance,
            Origin = LoadBalanceAssembly,
            Description = "Duty cycles and weights; moves tasks between domains and nodes.",
            Options =
            [
                "--interval", "--load-half-life", "--no-load-balance", "--balance-threshold", "--balance-threshold-numa", "--balance-cutoff",
                "--balanced-kworkers",
            ],
            MakePlanner = (tasks, thresholds) => new BalancePlanner(tasks, thresholds),
        },
        new KnownModule
        {
            Name = "level",
            Slot = ModuleSlot.LoadBalance,
            Origin = LoadBalanceAssembly,
            Description = "Duty cycles and weights; levels the load per CPU of unequal domains, all in one round.",
            Options =
            [
                "--interval", "--load-half-life", "--no-load-balance", "--balance-threshold", "--balance-threshold-numa", "--balanced-kworkers",
            ],
            MakePlanner = (tasks, thresholds) => new LevelPlanner(tasks, thresholds),
        },
    ];

    /// <summary>The modules of a slot, by name.</summary>
    public static IEnumerable<KnownModule> OfSlot(ModuleSlot slot) => All.Where(module => module.Slot == slot);

    /// <summary>A module by slot and name.</summary>
    /// <param name="slot">Its slot.</param>
    /// <param name="name">Its name.</param>
    /// <param name="outside">Modules that do not ship, to be looked at too.</param>
    /// <exception cref="SchedulerException">There is none; the message lists those there are.</exception>
    public static KnownModule Find(ModuleSlot slot, string name, IReadOnlyList<KnownModule>? outside = null)
    {
        var all = All.Concat(outside ?? []);
        if (all.FirstOrDefault(module => module.Slot == slot && module.Name == name) is { } found)
            return found;
        if (outside?.FirstOrDefault(module => module.Name == name) is { } other)
        {
            throw new SchedulerException(ExitCode.Usage, $"module '{name}' ({other.Origin}) fills the slot {other.SlotName}, not {NameOf(slot)}",
                $"Name it as {other.SlotName}, or another module as {NameOf(slot)}.");
        }
        throw new SchedulerException(ExitCode.Usage, $"there is no module '{name}' for the slot {NameOf(slot)}",
            $"Modules of this slot are {string.Join(", ", all.Where(module => module.Slot == slot).Select(module => module.Name))}; "
            + "wd40 modules describes them.");
    }

    /// <summary>A slot as the BPF sources and the command line call it.</summary>
    public static string NameOf(ModuleSlot slot) => slot.ToString().ToLowerInvariant();

    private static void ConfigureDomains(OpenObject open, Wd40Options options, Domains domains, uint greedyThreshold)
    {
        open.SetVariable("wd_greedy_threshold", greedyThreshold);
        open.SetVariable("wd_greedy_threshold_x_numa", options.GreedyThresholdXNuma is { } threshold ? (int)Math.Min(threshold, int.MaxValue) : -1);
        open.SetVariable("wd_direct_greedy_numa", (byte)(options.DirectGreedyNuma ? 1 : 0));
        open.SetVariable("wd_mempolicy_affinity", (byte)(options.MempolicyAffinity ? 1 : 0));
        open.SetVariable<ushort>("wd_domain_node_id", domains.DomainNodeId);
    }
}
