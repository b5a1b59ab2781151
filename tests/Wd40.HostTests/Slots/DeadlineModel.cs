// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime.Layout;
using Wd40.Deadline;

namespace Wd40.HostTests.Slots;

/// <summary>
/// What the slot functions of deadline "interactive" do to a task's record, in words of <see cref="DeadlineFormula"/>. All arithmetic wraps
/// as in BPF, where a division by zero gives zero.
/// </summary>
internal sealed class DeadlineModel(ulong sliceMin, ulong sliceMax, uint slots)
{
    /// <summary>The records.</summary>
    public WdTask[] Tasks { get; } = new WdTask[slots];

    /// <summary>Calls one function as a row of arena-bpf/tests/calls.bpf.c does.</summary>
    public ulong Call(CallsFunction function, int slot, ulong a, ulong b, ulong c)
    {
        ref var task = ref Tasks[slot];
        switch (function)
        {
            case CallsFunction.Runnable:
                return Runnable(ref task, ref Tasks[a % (ulong)Tasks.Length], b, c != 0);
            case CallsFunction.Key:
                return Key(ref task, a, (WdArrival)(c & 0xff), (uint)(c >> 8));
            case CallsFunction.Charge:
                task.Vtime = unchecked(task.Vtime + DeadlineFormula.VirtualTime(a, b));
                task.Stint = unchecked(task.Stint + a);
                return SetDeadline(ref task);
            case CallsFunction.Slice:
                return DeadlineFormula.Slice((uint)a, (uint)b, sliceMin, sliceMax);
            case CallsFunction.Moved:
                return VirtualTime.Shift(ref task, a);
            case CallsFunction.Quiescent:
                if (b == 0)
                    return 0;
                task.AvgRuntime = DeadlineFormula.Ewma(task.AvgRuntime, task.Stint);
                task.BlockedFreq = DeadlineFormula.UpdateFrequency(task.BlockedFreq, unchecked(a - task.LastBlockedAt));
                task.LastBlockedAt = a;
                task.Scale = DeadlineFormula.ScaleOf(DeadlineFormula.LatencyPriority(task.BlockedFreq, task.WakerFreq, task.AvgRuntime, task.Weight));
                return 0;
            default:
                throw new ArgumentOutOfRangeException(nameof(function), function, "no function of the slot deadline");
        }
    }

    private static ulong Runnable(ref WdTask task, ref WdTask waker, ulong now, bool woken)
    {
        if (!woken)
            return 0;
        task.Stint = 0;
        if ((waker.Generation & 1) == 0)
            return 0;
        waker.WakerFreq = DeadlineFormula.UpdateFrequency(waker.WakerFreq, unchecked(now - waker.LastWokeAt));
        waker.LastWokeAt = now;
        return 0;
    }

    private static ulong Key(ref WdTask task, ulong clock, WdArrival how, uint pace)
    {
        var vtime = VirtualTime.Place(ref task, clock, how, pace);
        return how is WdArrival.Direct or WdArrival.Alone ? task.Deadline = vtime : SetDeadline(ref task);
    }

    private static ulong SetDeadline(ref WdTask task) => task.Deadline = DeadlineFormula.Deadline(task);
}
