// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime;
using Wd40.ArenaRuntime.Layout;

namespace Wd40.Deadline;

/// <summary>Bounds of the slices that the kernel half hands out, checked.</summary>
public sealed record DeadlineOptions
{
    /// <summary>Longest slice that the options accept, us: beyond it a CPU would be taken from others for longer than the watchdog allows.</summary>
    public const ulong SliceLimitUs = 10_000_000;

    /// <summary>Checks and converts.</summary>
    /// <param name="sliceMinUs">-o, us.</param>
    /// <param name="sliceMaxUs">-u, us.</param>
    /// <exception cref="SchedulerException">A slice is 0 or too long.</exception>
    public DeadlineOptions(ulong sliceMinUs, ulong sliceMaxUs)
    {
        SliceMin = Check("--slice-us-overutil", sliceMinUs);
        SliceMax = Check("--slice-us-underutil", sliceMaxUs);
    }

    /// <summary>Shortest slice, ns: queues are long.</summary>
    public ulong SliceMin { get; }

    /// <summary>Longest slice, ns: nobody waits. It wins where it is below the shortest.</summary>
    public ulong SliceMax { get; }

    private static ulong Check(string option, ulong microseconds)
    {
        if (microseconds is > 0 and <= SliceLimitUs)
            return microseconds * WdConstants.Usec;
        throw new SchedulerException(ExitCode.Usage, $"{option} {microseconds} is outside 1 to {SliceLimitUs} us",
            $"Give {option} within that range.");
    }
}
