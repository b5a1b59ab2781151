// SPDX-License-Identifier: GPL-2.0-only
using System.Reflection;
using Wd40.ArenaRuntime;

namespace Wd40.Schedulers;

/// <summary>wd40 as a list of modules. Without a deadline module the core's own order holds: first in, first out.</summary>
public static class Wd40Scheduler
{
    /// <summary>Name of the scheduler.</summary>
    public const string Name = "wd40";

    /// <summary>The objects of wd40 for a set of options, ready to be linked.</summary>
    /// <exception cref="CompositionException">An object is missing, damaged, or does not fit the others.</exception>
    public static Composition Compose(Wd40Options options)
    {
        ArgumentNullException.ThrowIfNull(options);
        List<(string Assembly, string Module)> modules =
        [
            ("Wd40.ArenaBpf", "core/hybrid"),
            ("Wd40.ArenaBpf", "arena/table"),
            ("Wd40.Placement", "placement/llc"),
            ("Wd40.LoadBalance", "loadbalance/rusty"),
        ];
        if (!options.FifoSched)
            modules.Add(("Wd40.Deadline", "deadline/interactive"));
        return new Composition(Name, modules.Select(module => ModuleObject.FromResource(Assembly.Load(module.Assembly), module.Module)));
    }
}
