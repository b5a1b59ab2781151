// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime;
using Wd40.ArenaRuntime.Layout;

namespace Wd40.Policies;

/// <summary>Tasks as they were taken from the rings, and how many decisions are wanted. Allocates nothing after construction.</summary>
internal sealed class RingTasks
{
    private readonly Taken[] _taken;
    private ulong _monotonic, _offset;
    private int _room;

    internal RingTasks(PolicyRings rings, int cpus)
    {
        Rings = rings;
        Cpus = cpus;
        _taken = Resident.Array<Taken>(rings.Slots);
    }

    internal PolicyRings Rings { get; }

    internal int Cpus { get; }

    /// <summary>ns; from <see cref="BeginStep"/>.</summary>
    internal ulong Now => _monotonic + _offset;

    /// <summary>
    /// All that there is room for: decided tasks wait in the kernel by their keys, so that one that is decided later overtakes them all the same.
    /// </summary>
    /// <remarks>Looked at once a step; what is decided in the step counts.</remarks>
    internal int Wanted => _room;

    internal ref readonly QueuedTask this[int slot] => ref _taken[slot].Task;

    internal void BeginStep()
    {
        _monotonic = (ulong)TimeProvider.System.GetTimestamp();
        _room = WdConstants.DecisionRing - Rings.Decided;
    }

    internal bool TryTake(out int slot)
    {
        while (Rings.TryTake(out slot, out var sequence))
        {
            Rings.FetchAhead();
            ref readonly var from = ref Rings.Slot(slot).Queued;
            // Field by field: what was stored in small pieces a moment ago is slow to load in large ones.
            var (generation, previous, allowed, weight, woken) = (from.Generation, from.PrevCpu, from.AllowedCpus, from.Weight, from.Woken);
            var (execRuntime, uncharged, queuedAt, tid, tgid) = (from.ExecRuntime, from.Uncharged, from.QueuedAt, from.Tid, from.Tgid);
            var renewed = from.Renewed != 0;
            var reached = renewed ? from.Key : 0;
            if (!Rings.IsWhole(slot, sequence))
                continue;
            // The kernel half's clock began at another time than ours: the difference is the largest that was seen, as tasks come late and never early.
            var offset = unchecked(queuedAt - _monotonic);
            if (unchecked((long)(offset - _offset)) > 0)
                _offset = offset;
            ref var taken = ref _taken[slot];
            taken.Sequence = sequence;
            ref var task = ref taken.Task;
            task.Slot = slot;
            task.Generation = generation;
            task.Tid = (int)tid;
            task.Tgid = (int)tgid;
            task.PreviousCpu = previous;
            task.AllowedCpus = (int)allowed;
            task.Weight = Math.Max(weight, 1);
            task.Woken = woken != 0;
            task.ExecRuntime = execRuntime;
            task.Uncharged = uncharged;
            task.QueuedAt = queuedAt;
            task.Renewed = renewed;
            task.Key = reached;
            return true;
        }
        return false;
    }

    internal bool TryDecide(int slot, ulong key, in Decision decision)
    {
        ref readonly var taken = ref _taken[slot];
        ref var to = ref Rings.Decision(slot);
        to.Key = key;
        to.Slice = (uint)Math.Min(decision.Slice, uint.MaxValue);
        to.Credit = decision.SleepCredit;
        to.Cpu = (short)Math.Clamp(decision.Cpu, -1, short.MaxValue);
        to.Lease = decision.LeaseUs;
        to.Preempt = (byte)(decision.Preempt ? 1 : 0);
        to.Forget = decision.SleepForgets;
        if (decision.SleepCredit != 0)
            Rings.Exchange.Clock = decision.Clock;
        to.Rate = decision.KeyRate;
        to.Generation = taken.Task.Generation;
        if (!Rings.TryDecide(slot, taken.Sequence))
            return false;
        _room--;
        return true;
    }

    /// <summary>A task as it was taken; a cache line.</summary>
    private struct Taken
    {
        internal QueuedTask Task;
        internal uint Sequence;
    }
}
