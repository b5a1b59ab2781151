// SPDX-License-Identifier: GPL-2.0-only
using System.Reflection;
using Wd40.ArenaRuntime;

namespace Wd40.HostTests;

/// <summary>All BPF objects that the build embeds: those of the schedulers and those of the tests.</summary>
internal static class Shipped
{
    private static readonly Assembly[] _assemblies =
        [.. new[] { "Wd40.ArenaBpf", "Wd40.Placement", "Wd40.Deadline", "Wd40.LoadBalance" }.Select(Assembly.Load), typeof(Shipped).Assembly];

    /// <summary>Names of all objects, as the sources lie below arena-bpf.</summary>
    public static IReadOnlyList<string> Names { get; } = _assemblies.SelectMany(ModuleObject.ResourceNames).ToArray();

    /// <summary>Names of the modules: all but core, library, tests and benchmarks.</summary>
    public static IReadOnlyList<string> Modules { get; } = Names.Where(name => name.Split('/')[0] is not ("core" or "arena" or "tests" or "bench")).ToArray();

    /// <summary>The modules of wd40, one a slot.</summary>
    public static IReadOnlyList<string> OfWd40 { get; } = ["placement/llc", "deadline/interactive", "loadbalance/rusty"];

    /// <summary>One object by name.</summary>
    public static ModuleObject Object(string name) =>
        ModuleObject.FromResource(_assemblies.First(assembly => ModuleObject.ResourceNames(assembly).Contains(name)), name);

    /// <summary>Library, core and the named modules.</summary>
    public static ModuleObject[] Scheduler(params IEnumerable<string> modules) => [.. modules.Prepend("core/hybrid").Prepend("arena/table").Select(Object)];
}
