// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.ArenaRuntime;

/// <summary>
/// A singly linked list in an arena, walked by reference. A damaged list stays inside the arena and ends after the given number of
/// nodes, so a cycle is no endless loop: <see cref="Enumerator.IsCut"/> tells.
/// </summary>
/// <typeparam name="T">The node.</typeparam>
/// <typeparam name="TLink">Which field links the nodes.</typeparam>
public readonly struct ArenaList<T, TLink> where T : unmanaged where TLink : struct, IArenaLink<T>
{
    private readonly Arena _arena;
    private readonly ArenaPtr<T> _first;
    private readonly uint _limit;

    /// <summary>Views a list.</summary>
    /// <param name="arena">Where the nodes are.</param>
    /// <param name="first">The first node; null for an empty list.</param>
    /// <param name="limit">How many nodes there can be at most.</param>
    public ArenaList(Arena arena, ArenaPtr<T> first, uint limit)
    {
        _arena = arena;
        _first = first;
        _limit = limit;
    }

    /// <summary>Walks the nodes.</summary>
    public Enumerator GetEnumerator() => new(_arena, _first, _limit);

    /// <summary>Walks the nodes of a list.</summary>
    public struct Enumerator
    {
        private readonly Arena _arena;
        private ArenaPtr<T> _current, _next;
        private uint _left;

        internal Enumerator(Arena arena, ArenaPtr<T> first, uint limit)
        {
            _arena = arena;
            _next = first;
            _left = limit;
        }

        /// <summary>The current node.</summary>
        public readonly ref T Current => ref _current.In(_arena);

        /// <summary>True once the walk ended at its limit with a node left: the list is damaged, or longer than said.</summary>
        public readonly bool IsCut => _left == 0 && !_next.IsNull;

        /// <summary>Goes to the next node.</summary>
        public bool MoveNext()
        {
            if (_left == 0 || _next.IsNull)
                return false;
            _left--;
            _current = _next;
            _next = TLink.Next(in _current.In(_arena));
            return true;
        }
    }
}
