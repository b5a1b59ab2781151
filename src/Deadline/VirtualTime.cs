// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime.Layout;

namespace Wd40.Deadline;

/// <summary>
/// Virtual time, kept within bounds around the clock of its queue, and deadline "vtime", whose key it is: twin of
/// <c>arena-bpf/deadline/virtual_time.h</c> and <c>vtime.bpf.c</c> in unsigned 64-bit integers, wrapping as there.
/// </summary>
public static class VirtualTime
{
    /// <summary>Largest credit of a sleeper, ns of CPU time, see <see cref="Of"/>.</summary>
    public const ulong Lag = 16 * WdConstants.Msec;

    /// <summary>Real time whose earnings a sleeper's credit is at most, ns.</summary>
    public const ulong CreditTime = 40 * WdConstants.Msec;

    /// <summary>Who has more than this part of the credit is rested: it may preempt.</summary>
    public const ulong RestedPart = 4;

    /// <summary>How far the virtual time of a runnable task may be behind the clock, ns of CPU time, see <see cref="Of"/>.</summary>
    public const ulong Behind = 300 * WdConstants.Msec;

    /// <summary>How far a task's virtual time may be ahead of the clock, ns of CPU time, see <see cref="Of"/>.</summary>
    public const ulong Ahead = 800 * WdConstants.Msec;

    /// <summary>Slice while others wait, ns, before it is bounded.</summary>
    public const ulong SharedSlice = 4 * WdConstants.Msec;

    /// <summary>Largest claim of a task that has slept, ns of CPU time, see <see cref="Of"/>: what <see cref="CreditTime"/> brings at the clock's pace, at most <see cref="Lag"/>.</summary>
    /// <param name="pace">Part of real time, in 1/1024, that a task of weight 100 gets from the queue as long as it is now.</param>
    public static ulong Credit(uint pace) => Math.Min(CreditTime * pace / WdConstants.PaceOne, Lag);

    /// <summary>Virtual time that a stretch of CPU time is to a task, ns; one lighter than normal counts as normal.</summary>
    /// <param name="task">Its record.</param>
    /// <param name="time">CPU time, ns.</param>
    public static ulong Of(in WdTask task, ulong time) =>
        task.Weight > WdConstants.WeightDefault ? time * WdConstants.WeightDefault / task.Weight : time;

    /// <summary>Places a task around the clock of a queue: writes its virtual time, which it returns, and whether it is rested.</summary>
    /// <param name="task">Its record.</param>
    /// <param name="clock">Clock of the queue, virtual ns.</param>
    /// <param name="how">How it comes.</param>
    /// <param name="pace">Part of real time, in 1/1024, that a task of weight 100 gets from the queue as long as it is now.</param>
    public static ulong Place(ref WdTask task, ulong clock, WdArrival how, uint pace)
    {
        var v = task.Vtime == 0 || how == WdArrival.Alone ? clock : task.Vtime;
        var credit = Of(task, how == WdArrival.Again ? Behind : Credit(pace));
        var ahead = Of(task, Ahead);
        task.Rested = how == WdArrival.Woken && v < unchecked(clock - (credit / RestedPart)) ? 1u : 0u;
        v = Math.Max(v, unchecked(clock - credit));
        if (how == WdArrival.Direct && v > clock)
            v = clock;
        else if (v > unchecked(clock + ahead))
            v = unchecked(clock + ahead);
        return task.Vtime = v;
    }

    /// <summary>Key of a task for a queue of "vtime".</summary>
    /// <param name="task">Its record.</param>
    /// <param name="clock">Clock of the queue, virtual ns.</param>
    /// <param name="how">How it comes.</param>
    /// <param name="pace">As in <see cref="Place"/>.</param>
    public static ulong Key(ref WdTask task, ulong clock, WdArrival how, uint pace) => task.Deadline = Place(ref task, clock, how, pace);

    /// <summary>Charges CPU time; returns the key that the task would be queued with now.</summary>
    /// <param name="task">Its record.</param>
    /// <param name="ran">ns.</param>
    /// <param name="weight">Effective weight in 1/1024; 0 counts as 100.</param>
    public static ulong Charge(ref WdTask task, ulong ran, ulong weight) =>
        task.Deadline = task.Vtime = unchecked(task.Vtime + DeadlineFormula.VirtualTime(ran, weight));

    /// <summary>Shifts the virtual time of a task that goes to another domain, and returns it; one that has none yet gets it there.</summary>
    /// <param name="task">Its record.</param>
    /// <param name="shift">Virtual ns, signed.</param>
    public static ulong Shift(ref WdTask task, ulong shift) => task.Vtime = task.Vtime == 0 ? 0 : unchecked(task.Vtime + shift);

    /// <summary>Slice of a task, ns: the longest when nobody waits, otherwise the same for all.</summary>
    /// <param name="queued">Tasks that wait.</param>
    /// <param name="min">Shortest slice, ns.</param>
    /// <param name="max">Longest slice, ns; it wins over the shortest.</param>
    public static ulong Slice(uint queued, ulong min, ulong max) => queued == 0 ? max : Math.Min(Math.Max(SharedSlice, min), max);
}
