// SPDX-License-Identifier: GPL-2.0-only
using System.IO.MemoryMappedFiles;

namespace Wd40.Samples.Policies;

/// <summary>
/// Hints about tasks in a file that two processes map: one writes what it knows or guesses about a task, the scheduler reads it. A hint is
/// one aligned 64-bit word, so it is read whole or not at all and nobody waits for anybody. Lies and garbage cost order, nothing else.
/// </summary>
/// <remarks>
/// Word <c>tid mod </c><see cref="Entries"/> is the hint about that thread: thread id in the lower 32 bits, in the upper ones by how many us its turn
/// comes earlier (negative: later). Two threads with the same remainder overwrite each other's. Put the file on a tmpfs such as /dev/shm, or
/// reading it may wait for a disk.
/// </remarks>
public sealed class HintFile : IDisposable
{
    /// <summary>Hints in a file.</summary>
    public const int Entries = 32_768;

    /// <summary>A hint counts for this much at most, us.</summary>
    public const int Limit = 100_000;

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _words;

    /// <summary>Opens a file of hints; makes it if there is none.</summary>
    /// <param name="path">Where it is.</param>
    public HintFile(string path)
    {
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.OpenOrCreate, null, Entries * sizeof(ulong));
        _words = _file.CreateViewAccessor(0, Entries * sizeof(ulong));
        // All pages once, before the scheduler attaches.
        for (var entry = 0; entry < Entries; entry++)
            _words.ReadUInt64(entry * sizeof(ulong));
    }

    /// <summary>Gives a hint.</summary>
    /// <param name="tid">The thread.</param>
    /// <param name="microseconds">By how much its turn comes earlier.</param>
    public void Write(int tid, int microseconds) => _words.Write(Offset(tid), ((ulong)(uint)microseconds << 32) | (uint)tid);

    /// <summary>The hint about a thread, within <see cref="Limit"/>; 0 if there is none.</summary>
    /// <param name="tid">The thread.</param>
    public int Read(int tid)
    {
        var word = _words.ReadUInt64(Offset(tid));
        return (uint)word == (uint)tid ? Math.Clamp((int)(word >> 32), -Limit, Limit) : 0;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _words.Dispose();
        _file.Dispose();
    }

    private static long Offset(int tid) => (uint)tid % Entries * sizeof(ulong);
}
