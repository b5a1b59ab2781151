// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Schedulers;

/// <summary>rustland: the user-space core and a policy.</summary>
public static class RustlandScheduler
{
    /// <summary>Name of the scheduler.</summary>
    public const string Name = "rustland";

    /// <summary>The policy when none is named.</summary>
    public const string DefaultPolicy = "deadline";

    /// <summary>rustland for a set of options.</summary>
    /// <exception cref="ArenaRuntime.SchedulerException">There is no such policy.</exception>
    public static SchedulerDefinition Define(Wd40Options options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return SchedulerBuilder.Named(Name).Core("user-space").Policy(options.UserSpace.Policy).Build();
    }
}
