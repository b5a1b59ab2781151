// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Vm.Compare;

/// <summary>A workload and the figures that are read from its report.</summary>
/// <param name="Name">Name on the command line.</param>
/// <param name="Command">Arguments of the workload program.</param>
/// <param name="Figures">What its report is asked for.</param>
public sealed record ScenarioDefinition(string Name, string Command, IReadOnlyList<FigureDefinition> Figures)
{
    /// <summary>Does fixed amounts of work, whose speed is measured once in a boot and then given to every run.</summary>
    public bool HasFixedWork { get; init; }

    /// <summary>That work is to take its time while all CPUs are busy: where time counts instructions they share one clock.</summary>
    public bool IsForFullMachine { get; init; }
}
