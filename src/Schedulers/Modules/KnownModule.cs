// SPDX-License-Identifier: GPL-2.0-only
using System.IO.Hashing;
using System.Reflection;
using Wd40.ArenaRuntime;
using Wd40.LoadBalance;
using Wd40.Placement;

namespace Wd40.Schedulers;

/// <summary>A module, shipped with Wd40 or of a directory: where its BPF half is, and what its C# half does before load.</summary>
public sealed class KnownModule
{
    /// <summary>Name, unique within its slot, as the BPF object states it.</summary>
    public required string Name { get; init; }

    /// <summary>The slot that it fills.</summary>
    public required ModuleSlot Slot { get; init; }

    /// <summary>Where it is from: the assembly that holds the BPF object, or the path of the object.</summary>
    public required string Origin { get; init; }

    /// <summary>One line on what it does.</summary>
    public required string Description { get; init; }

    /// <summary>Long names of the options of the command line that it reads; options that no module lists apply to every scheduler.</summary>
    public IReadOnlyList<string> Options { get; init; } = [];

    /// <summary>Values of its own that may be given to it; none for the modules that ship, whose values are options.</summary>
    public IReadOnlyList<ModuleSetting> Settings { get; init; } = [];

    /// <summary>Name of its BPF object, where it is another one than the module's.</summary>
    internal string? ObjectName { get; init; }

    /// <summary>The object of a module of a directory, as it was when it was checked; null for those that ship.</summary>
    internal ModuleObject? Outside { get; init; }

    /// <summary>Placement only: groups the CPUs of a machine; null leaves it to the last-level caches.</summary>
    internal Func<Topology, Wd40Options, Domains>? MakeDomains { get; init; }

    /// <summary>Core only: whether a policy in user space decides.</summary>
    public bool NeedsPolicy { get; init; }

    /// <summary>Sets the module's own variables before load; null when it has none.</summary>
    internal Action<OpenObject, Wd40Options, Domains>? Configure { get; init; }

    /// <summary>Load balance only: makes what plans the moves, for a number of tasks; null when the C# half measures and moves nothing.</summary>
    internal Func<int, BalanceThresholds, RoundPlanner>? MakePlanner { get; init; }

    /// <summary>The slot as the BPF sources and the command line call it.</summary>
    public string SlotName => ModuleRegistry.NameOf(Slot);

    /// <summary>The BPF object.</summary>
    /// <exception cref="CompositionException">It is missing or damaged.</exception>
    public ModuleObject Load() => Outside ?? ModuleObject.FromResource(Assembly.Load(Origin), $"{SlotName}/{ObjectName ?? Name}");

    /// <summary>
    /// XXH128 of the BPF object, in hexadecimal digits: tells builds apart. It is no proof against forgery; SHA-256 would need a
    /// cryptographic library on the machine, which the machines that run schedulers do not all have.
    /// </summary>
    /// <exception cref="CompositionException">It is missing or damaged.</exception>
    public string ContentHash() => Convert.ToHexStringLower(XxHash128.Hash(Load().Bytes.Span));

    /// <inheritdoc/>
    public override string ToString() => $"{SlotName} {Name}";
}
