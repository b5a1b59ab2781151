// SPDX-License-Identifier: GPL-2.0-only
using System.Security.Cryptography;
using Wd40.ArenaRuntime;
using Wd40.LoadBalance;
using Wd40.Placement;

namespace Wd40.Schedulers;

/// <summary>A module that ships with Wd40: where its BPF half is, and what its C# half does before load.</summary>
public sealed class KnownModule
{
    /// <summary>Name, unique within its slot, as the BPF object states it.</summary>
    public required string Name { get; init; }

    /// <summary>The slot that it fills.</summary>
    public required ModuleSlot Slot { get; init; }

    /// <summary>Name of the assembly that holds the BPF object.</summary>
    public required string Assembly { get; init; }

    /// <summary>One line on what it does.</summary>
    public required string Description { get; init; }

    /// <summary>Long names of the options of the command line that it reads; options that no module lists apply to every scheduler.</summary>
    public IReadOnlyList<string> Options { get; init; } = [];

    /// <summary>Placement only: groups the CPUs of a machine; null leaves it to the last-level caches.</summary>
    internal Func<Topology, Wd40Options, Domains>? MakeDomains { get; init; }

    /// <summary>Sets the module's own variables before load; null when it has none.</summary>
    internal Action<OpenObject, Wd40Options, Domains>? Configure { get; init; }

    /// <summary>Load balance only: makes what plans the moves, for a number of tasks; null when the C# half measures and moves nothing.</summary>
    internal Func<int, BalanceThresholds, IBalancePlanner>? MakePlanner { get; init; }

    /// <summary>The slot as the BPF sources and the command line call it.</summary>
    public string SlotName => ModuleRegistry.NameOf(Slot);

    /// <summary>The BPF object.</summary>
    /// <exception cref="CompositionException">It is missing or damaged.</exception>
    public ModuleObject Load() => ModuleObject.FromResource(System.Reflection.Assembly.Load(Assembly), $"{SlotName}/{Name}");

    /// <summary>SHA-256 of the BPF object, in hexadecimal digits.</summary>
    /// <exception cref="CompositionException">It is missing or damaged.</exception>
    public string ContentHash() => Convert.ToHexStringLower(SHA256.HashData(Load().Bytes.Span));

    /// <inheritdoc/>
    public override string ToString() => $"{SlotName} {Name}";
}
