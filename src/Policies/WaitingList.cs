// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Policies;

/// <summary>Who waits for how long: slots in the order of their arrival. Every operation takes constant time and allocates nothing.</summary>
internal sealed class WaitingList
{
    private readonly Entry[] _entries;

    /// <summary>Allocates a list for slots 0 to <paramref name="slots"/> - 1. One entry more is both ends of the ring.</summary>
    internal WaitingList(int slots)
    {
        _entries = Resident.Array<Entry>(slots + 1);
        Clear();
    }

    private int Ends => _entries.Length - 1;

    /// <summary>Who has waited longest; -1 if nobody waits.</summary>
    internal int Oldest => _entries[Ends].Next == Ends ? -1 : _entries[Ends].Next;

    /// <summary>Since when a task that waits has waited, ns.</summary>
    internal ulong Since(int slot) => _entries[slot].Since;

    /// <summary>A task waits from now on. If it waited already it goes on waiting.</summary>
    internal void Add(int slot, ulong now)
    {
        ref var entry = ref _entries[slot];
        if (entry.Next != slot)
            return;
        ref var ends = ref _entries[Ends];
        entry = new Entry { Since = now, Next = Ends, Previous = ends.Previous };
        _entries[ends.Previous].Next = slot;
        ends.Previous = slot;
    }

    /// <summary>A task waits no more.</summary>
    internal void Remove(int slot)
    {
        ref var entry = ref _entries[slot];
        _entries[entry.Previous].Next = entry.Next;
        _entries[entry.Next].Previous = entry.Previous;
        entry.Next = entry.Previous = slot;
    }

    /// <summary>Nobody waits. Whoever does not wait is its own neighbour.</summary>
    internal void Clear()
    {
        for (var slot = 0; slot < _entries.Length; slot++)
            _entries[slot].Next = _entries[slot].Previous = slot;
    }

    /// <summary>A task's place: all of it on one line.</summary>
    private struct Entry
    {
        internal ulong Since;
        internal int Next, Previous;
    }
}
