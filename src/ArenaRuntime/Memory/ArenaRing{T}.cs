// SPDX-License-Identifier: GPL-2.0-only
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Wd40.ArenaRuntime;

/// <summary>
/// One end of a single-producer single-consumer ring in an arena: two ever-growing 64-bit indices (of messages written, of messages read)
/// and a power of two of slots. An end is used either to write or to read, by one thread. Each end keeps a copy of the other's index and
/// reads it again only when the ring looks full or empty; written messages become visible by <see cref="Publish"/>, and read slots free
/// by <see cref="Release"/>, so that both can be done once per batch. Whatever stands in the arena, accesses stay inside it.
/// </summary>
/// <typeparam name="T">The message.</typeparam>
public sealed class ArenaRing<T> where T : unmanaged
{
    private readonly Arena _arena;
    private readonly ArenaPtr<ulong> _written;
    private readonly ArenaPtr<ulong> _read;
    private readonly ulong _slots;
    private readonly ulong _mask;
    private ulong _writtenHere;
    private ulong _readHere;

    /// <summary>Opens one end at the indices that stand in the arena.</summary>
    /// <param name="arena">Where the ring is.</param>
    /// <param name="written">The producer's index, on a cache line of its own.</param>
    /// <param name="read">The consumer's index, on a cache line of its own.</param>
    /// <param name="slots">The first slot.</param>
    /// <param name="capacity">Number of slots, a power of two.</param>
    /// <exception cref="ArgumentOutOfRangeException">The slots do not lie within the arena, or are no power of two.</exception>
    public ArenaRing(Arena arena, ArenaPtr<ulong> written, ArenaPtr<ulong> read, ArenaPtr<T> slots, uint capacity)
    {
        ArgumentNullException.ThrowIfNull(arena);
        if (!System.Numerics.BitOperations.IsPow2(capacity))
            throw new ArgumentOutOfRangeException(nameof(capacity), capacity, "a ring has a power of two of slots");
        _arena = arena;
        _written = written;
        _read = read;
        _slots = slots.Bits & (arena.Size - 1);
        _ = arena.Span<T>(_slots, capacity);
        _mask = capacity - 1;
        _writtenHere = Volatile.Read(ref written.In(arena));
        _readHere = Volatile.Read(ref read.In(arena));
    }

    /// <summary>Number of slots.</summary>
    public uint Capacity => (uint)_mask + 1;

    /// <summary>Times that the other side's index was one it cannot have; such a reading counts as full or empty.</summary>
    public ulong Damaged { get; private set; }

    /// <summary>Producer: puts a message into the next slot, visible after <see cref="Publish"/>.</summary>
    /// <returns>False if the ring is full.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryWrite(in T message)
    {
        if (_writtenHere - _readHere > _mask && !LookForRoom())
            return false;
        Slot(_writtenHere++) = message;
        return true;
    }

    /// <summary>Producer: makes what was written visible to the consumer.</summary>
    public void Publish() => Volatile.Write(ref _written.In(_arena), _writtenHere);

    /// <summary>Consumer: copies the next message out.</summary>
    /// <returns>False if the ring is empty.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryRead(out T message)
    {
        if (_readHere == _writtenHere && !LookForMessages())
        {
            message = default;
            return false;
        }
        message = Slot(_readHere++);
        return true;
    }

    /// <summary>Consumer: copies out what there is, as far as it fits.</summary>
    /// <returns>How many messages.</returns>
    public int Read(Span<T> to)
    {
        if (to.IsEmpty || (_readHere == _writtenHere && !LookForMessages()))
            return 0;
        var count = (int)Math.Min(_writtenHere - _readHere, (ulong)to.Length);
        // An access like any other comes first: it throws when the arena is gone, and a copy of many does not.
        to[0] = Slot(_readHere);
        // Up to the last slot, then on from the first.
        var straight = (int)Math.Min((ulong)count, _mask + 1 - (_readHere & _mask));
        MemoryMarshal.CreateReadOnlySpan(ref Slot(_readHere), straight).CopyTo(to);
        MemoryMarshal.CreateReadOnlySpan(ref Slot(0), count - straight).CopyTo(to[straight..]);
        _readHere += (ulong)count;
        return count;
    }

    /// <summary>Consumer: hands the slots of read messages back to the producer.</summary>
    public void Release() => Volatile.Write(ref _read.In(_arena), _readHere);

    /// <summary>Reads the consumer's index again. True if there is room.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool LookForRoom()
    {
        var read = Volatile.Read(ref _read.In(_arena));
        if (_writtenHere - read > _mask + 1)
        {
            Damaged++;
            return false;
        }
        _readHere = read;
        return _writtenHere - read <= _mask;
    }

    /// <summary>Reads the producer's index again. True if there is a message.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool LookForMessages()
    {
        var written = Volatile.Read(ref _written.In(_arena));
        if (written - _readHere > _mask + 1)
        {
            // One of the two indices is wrong, and a producer that says its own again can only be met there.
            Damaged++;
            _readHere = _writtenHere = written;
            return false;
        }
        _writtenHere = written;
        return _readHere != written;
    }

    private unsafe ref T Slot(ulong index) => ref _arena.At<T>(_slots + (index & _mask) * (ulong)sizeof(T));
}
