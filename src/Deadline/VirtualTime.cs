// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime.Layout;

namespace Wd40.Deadline;

/// <summary>
/// The arithmetic of deadline "vtime": twin of <c>arena-bpf/deadline/vtime.bpf.c</c> in unsigned 64-bit integers, wrapping as there. A key
/// is the task's virtual time, kept within bounds around the clock of its queue.
/// </summary>
public static class VirtualTime
{
    /// <summary>How far the virtual time of a runnable task may be behind the clock, ns.</summary>
    public const ulong Behind = 300 * WdConstants.Msec;

    /// <summary>How far a task's virtual time may be ahead of the clock, ns.</summary>
    public const ulong Ahead = 800 * WdConstants.Msec;

    /// <summary>Slice while others wait, ns, before it is bounded.</summary>
    public const ulong SharedSlice = 4 * WdConstants.Msec;

    /// <summary>Key of a task that is queued; writes the fields of its record that the module writes.</summary>
    /// <param name="task">Its record.</param>
    /// <param name="clock">Clock of the queue, virtual ns.</param>
    /// <param name="how">How it comes.</param>
    /// <param name="pace">Part of real time, in 1/1024, that a task of weight 100 gets from the queue as long as it is now.</param>
    public static ulong Key(ref WdTask task, ulong clock, WdArrival how, uint pace)
    {
        var v = task.Vtime == 0 ? clock : task.Vtime;
        var credit = how == WdArrival.Again ? Behind : DeadlineFormula.Credit(pace);
        task.Rested = how == WdArrival.Woken && v < unchecked(clock - (credit / DeadlineFormula.RestedPart)) ? 1u : 0u;
        v = Math.Max(v, unchecked(clock - credit));
        if (how == WdArrival.Direct && v > clock)
            v = clock;
        else if (v > unchecked(clock + Ahead))
            v = unchecked(clock + Ahead);
        return Set(ref task, v);
    }

    /// <summary>Charges CPU time; returns the key that the task would be queued with now.</summary>
    /// <param name="task">Its record.</param>
    /// <param name="ran">ns.</param>
    /// <param name="weight">Effective weight in 1/1024; 0 counts as 100.</param>
    public static ulong Charge(ref WdTask task, ulong ran, ulong weight) =>
        Set(ref task, unchecked(task.Vtime + DeadlineFormula.VirtualTime(ran, weight)));

    /// <summary>Slice of a task, ns: the longest when nobody waits, otherwise the same for all.</summary>
    /// <param name="queued">Tasks that wait.</param>
    /// <param name="min">Shortest slice, ns.</param>
    /// <param name="max">Longest slice, ns; it wins over the shortest.</param>
    public static ulong Slice(uint queued, ulong min, ulong max) => queued == 0 ? max : Math.Min(Math.Max(SharedSlice, min), max);

    private static ulong Set(ref WdTask task, ulong v)
    {
        task.Vtime = v;
        task.Deadline = v;
        return v;
    }
}
