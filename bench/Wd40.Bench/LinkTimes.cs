// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime;
using Wd40.Schedulers;

namespace Wd40.Bench;

/// <summary>
/// What a scheduler's start spends on putting its modules together: reading and checking the objects, and linking them in memory. Of all
/// combinations of modules the smallest and the largest linked object, and wd40 itself.
/// </summary>
internal static class LinkTimes
{
    /// <summary>Bound for the largest, milliseconds.</summary>
    private const double Target = 10;

    private const int Slices = 4;

    /// <summary>Measures.</summary>
    internal static void RunAll(Report report, int rounds)
    {
        var combinations = Combinations().Select(definition => (Definition: definition, Size: (int)Link(definition))).OrderBy(one => one.Size).ToArray();
        Run(report, rounds, "smallest", combinations[0].Definition, combinations[0].Size, null);
        var wd40 = Wd40Scheduler.Define(new Wd40Options());
        Run(report, rounds, "wd40", wd40, (int)Link(wd40), null);
        Run(report, rounds, "largest", combinations[^1].Definition, combinations[^1].Size, Target);
    }

    private static void Run(Report report, int rounds, string which, SchedulerDefinition definition, int size, double? target)
    {
        var rows = RoundRunner.Run([new Variant("link", [() => Link(definition)], 1, Slices)], rounds);
        report.Add(Figure.Within($"{which}, {string.Join(' ', definition.Modules.Select(module => module.Name))}: ms", size, rows, target));
    }

    /// <summary>Puts a scheduler together as its start does; returns the size of the object.</summary>
    private static ulong Link(SchedulerDefinition definition)
    {
        using var linked = definition.Compose().Link();
        return (ulong)linked.Length;
    }

    private static IEnumerable<SchedulerDefinition> Combinations() =>
        from core in ModuleRegistry.OfSlot(ModuleSlot.Core)
        from placement in ModuleRegistry.OfSlot(ModuleSlot.Placement)
        from deadline in ModuleRegistry.OfSlot(ModuleSlot.Deadline)
        from balance in ModuleRegistry.OfSlot(ModuleSlot.LoadBalance)
        select SchedulerBuilder.Named("bench").Core(core.Name).Placement(placement.Name).Deadline(deadline.Name).LoadBalance(balance.Name).Build();
}
