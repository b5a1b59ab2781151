// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Policies;

/// <summary>Who waits for how long: slots in the order of their arrival. Every operation takes constant time and allocates nothing.</summary>
internal sealed class WaitingList
{
    private readonly int[] _next, _previous;
    private readonly ulong[] _since;

    /// <summary>Allocates a list for slots 0 to <paramref name="slots"/> - 1. One entry more is both ends of the ring.</summary>
    internal WaitingList(int slots)
    {
        _next = new int[slots + 1];
        _previous = new int[slots + 1];
        _since = new ulong[slots];
        Clear();
    }

    private int Ends => _next.Length - 1;

    /// <summary>Who has waited longest; -1 if nobody waits.</summary>
    internal int Oldest => _next[Ends] == Ends ? -1 : _next[Ends];

    /// <summary>Since when a task that waits has waited, ns.</summary>
    internal ulong Since(int slot) => _since[slot];

    /// <summary>A task waits from now on. If it waited already it goes on waiting.</summary>
    internal void Add(int slot, ulong now)
    {
        if (_next[slot] != slot)
            return;
        _since[slot] = now;
        _next[slot] = Ends;
        _previous[slot] = _previous[Ends];
        _next[_previous[Ends]] = slot;
        _previous[Ends] = slot;
    }

    /// <summary>A task waits no more.</summary>
    internal void Remove(int slot)
    {
        _next[_previous[slot]] = _next[slot];
        _previous[_next[slot]] = _previous[slot];
        _next[slot] = _previous[slot] = slot;
    }

    /// <summary>Nobody waits. Whoever does not wait is its own neighbour.</summary>
    internal void Clear()
    {
        for (var slot = 0; slot < _next.Length; slot++)
            _next[slot] = _previous[slot] = slot;
    }
}
