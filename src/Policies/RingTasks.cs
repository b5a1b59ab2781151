// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime;
using Wd40.ArenaRuntime.Layout;

namespace Wd40.Policies;

/// <summary>Tasks as they were taken from the rings, and how many decisions are wanted. Allocates nothing after construction.</summary>
internal sealed class RingTasks
{
    private readonly QueuedTask[] _tasks;
    private readonly uint[] _sequences;
    private ulong _monotonic, _offset;

    internal RingTasks(PolicyRings rings, int cpus)
    {
        Rings = rings;
        Cpus = cpus;
        _tasks = new QueuedTask[rings.Slots];
        _sequences = new uint[rings.Slots];
    }

    internal PolicyRings Rings { get; }

    internal int Cpus { get; }

    /// <summary>ns; from <see cref="BeginStep"/>.</summary>
    internal ulong Now => _monotonic + _offset;

    /// <summary>
    /// All that there is room for: decided tasks wait in the kernel by their keys, so that one that is decided later overtakes them all the same.
    /// </summary>
    internal int Wanted => WdConstants.DecisionRing - Rings.Decided;

    internal ref readonly QueuedTask this[int slot] => ref _tasks[slot];

    internal void BeginStep() => _monotonic = (ulong)TimeProvider.System.GetTimestamp();

    internal bool TryTake(out int slot)
    {
        if (!Rings.TryTake(out slot, out var queued))
            return false;
        // The kernel half's clock began at another time than ours: the difference is the largest that was seen, as tasks come late and never early.
        var offset = unchecked(queued.QueuedAt - _monotonic);
        if (unchecked((long)(offset - _offset)) > 0)
            _offset = offset;
        _sequences[slot] = queued.Sequence;
        _tasks[slot] = new QueuedTask
        {
            Slot = slot,
            Generation = queued.Generation,
            Tid = (int)queued.Tid,
            Tgid = (int)queued.Tgid,
            PreviousCpu = queued.PrevCpu,
            AllowedCpus = (int)queued.AllowedCpus,
            Weight = queued.Weight,
            Woken = queued.Woken != 0,
            ExecRuntime = queued.ExecRuntime,
            Uncharged = queued.Uncharged,
            QueuedAt = queued.QueuedAt,
        };
        return true;
    }

    internal bool TryDecide(int slot, ulong key, in Decision decision)
    {
        ref var to = ref Rings.Slot(slot).Decision;
        to.Key = key;
        to.Slice = decision.Slice;
        to.Cpu = (short)Math.Clamp(decision.Cpu, -1, short.MaxValue);
        to.Lease = decision.LeaseUs;
        to.Preempt = (ushort)(decision.Preempt ? 1 : 0);
        to.Rate = decision.KeyRate;
        to.Generation = _tasks[slot].Generation;
        return Rings.TryDecide(slot, _sequences[slot]);
    }
}
