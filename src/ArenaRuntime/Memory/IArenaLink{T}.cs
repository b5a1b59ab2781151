// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.ArenaRuntime;

/// <summary>Names the field by which the nodes of a list in the arena hang together.</summary>
/// <typeparam name="T">The node.</typeparam>
public interface IArenaLink<T> where T : unmanaged
{
    /// <summary>The pointer to the next node; null at the end.</summary>
    static abstract ArenaPtr<T> Next(in T node);
}
