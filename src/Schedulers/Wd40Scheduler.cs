// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Schedulers;

/// <summary>wd40 as a list of modules.</summary>
public static class Wd40Scheduler
{
    /// <summary>Name of the scheduler.</summary>
    public const string Name = "wd40";

    /// <summary>wd40 for a set of options: <c>--fifo-sched</c> takes another order.</summary>
    public static SchedulerDefinition Define(Wd40Options options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return SchedulerBuilder.Named(Name)
            .Core("hybrid")
            .Placement("llc")
            .Deadline(options.FifoSched ? "fifo" : "interactive")
            .LoadBalance("rusty")
            .Build();
    }
}
