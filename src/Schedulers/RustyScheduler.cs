// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Schedulers;

/// <summary>
/// rusty as a list of modules: those of wd40, and with <c>--cpumasks</c> hand-made domains in place of caches. Else it differs by a default alone.
/// </summary>
public static class RustyScheduler
{
    /// <summary>Name of the scheduler.</summary>
    public const string Name = "rusty";

    /// <summary>Its options when none is given: those of wd40, but nothing is pulled across nodes.</summary>
    public static Wd40Options Defaults { get; } = new() { GreedyThresholdXNuma = 0 };

    /// <summary>rusty for a set of options: <c>--cpumasks</c> takes another placement, <c>--fifo-sched</c> another order.</summary>
    public static SchedulerDefinition Define(Wd40Options options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return SchedulerBuilder.Named(Name)
            .Core("hybrid")
            .Placement(options.CpuMasks.Count > 0 ? "masks" : "llc")
            .Deadline(options.FifoSched ? "fifo" : "interactive")
            .LoadBalance("rusty")
            .Build();
    }
}
