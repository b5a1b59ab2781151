// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime;
using Wd40.LoadBalance;
using Wd40.Placement;
using Wd40.Policies;

namespace Wd40.Schedulers;

/// <summary>A scheduler as a name and a list of modules, made by <see cref="SchedulerBuilder"/>. Immutable; holds no resource.</summary>
public sealed class SchedulerDefinition
{
    /// <summary>Assembly of the cores and of the library object that each needs.</summary>
    internal const string LibraryAssembly = "Wd40.ArenaBpf";

    private const string Library = "arena/table";

    internal SchedulerDefinition(string name, IReadOnlyList<KnownModule> modules, KnownPolicy? policy)
    {
        Name = name;
        Modules = modules;
        Policy = policy;
    }

    /// <summary>What the kernel and all messages call it.</summary>
    public string Name { get; }

    /// <summary>Its modules, at most one a slot, in the order of the slots.</summary>
    public IReadOnlyList<KnownModule> Modules { get; }

    /// <summary>What decides in user space; null with a core that decides itself.</summary>
    public KnownPolicy? Policy { get; }

    /// <summary>The module of a slot; null where the core's default holds.</summary>
    public KnownModule? this[ModuleSlot slot] => Modules.FirstOrDefault(module => module.Slot == slot);

    /// <summary>Name of its callbacks in the kernel.</summary>
    public string Ops => OpsName.Of(Name);

    /// <summary>True if user space measures loads and asks for moves.</summary>
    public bool HasBalancer => MakePlanner is not null;

    /// <summary>Makes what plans the balancer's moves; null without a balancer.</summary>
    internal Func<int, BalanceThresholds, RoundPlanner>? MakePlanner => this[ModuleSlot.LoadBalance]?.MakePlanner;

    /// <summary>Its BPF objects, ready to be linked.</summary>
    /// <exception cref="CompositionException">An object is missing, damaged, or does not fit the others.</exception>
    public Composition Compose() => new(Name,
        Modules.Select(module => module.Load()).Append(ModuleObject.FromResource(System.Reflection.Assembly.Load(LibraryAssembly), Library)));

    /// <summary>True if an option of the command line means something to this scheduler.</summary>
    /// <param name="option">Its long name.</param>
    public bool Reads(string option) => Modules.Any(module => module.Options.Contains(option))
        || ModuleRegistry.All.All(module => !module.Options.Contains(option));

    /// <summary>Groups the CPUs of a machine.</summary>
    /// <exception cref="SchedulerException">The options ask for groups that the machine does not have.</exception>
    internal Domains MakeDomains(Topology topology, Wd40Options options) =>
        this[ModuleSlot.Placement]?.MakeDomains?.Invoke(topology, options) ?? Domains.ByCache(topology);

    /// <summary>Sets the variables of its modules.</summary>
    internal void Configure(OpenObject open, Wd40Options options, Domains domains)
    {
        foreach (var module in Modules)
            module.Configure?.Invoke(open, options, domains);
    }
}
