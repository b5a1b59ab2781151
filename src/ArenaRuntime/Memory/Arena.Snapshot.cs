// SPDX-License-Identifier: GPL-2.0-only
using System.Runtime.InteropServices;
using Wd40.ArenaRuntime.Layout;

namespace Wd40.ArenaRuntime;

/// <content>Snapshots: the arena's contents in a file, to be looked at and balanced again elsewhere.</content>
public sealed unsafe partial class Arena
{
    private const ulong SnapshotMagic = 0x70616e7330346477; // "wd40snap", little endian
    private const uint SnapshotVersion = 1;

    /// <summary>Writes the contents to a file, which replaces an older one only when it is complete. Pages of zeros take no space on disk.</summary>
    /// <remarks>A live arena goes on changing meanwhile; each aligned 8-byte word is consistent, the whole need not be.</remarks>
    /// <exception cref="SchedulerException">The file cannot be written.</exception>
    public void SaveSnapshot(string path)
    {
        ObjectDisposedException.ThrowIf(_base == null, this);
        var part = path + ".part";
        try
        {
            using (var file = File.OpenHandle(part, FileMode.Create, FileAccess.Write))
            {
                RandomAccess.SetLength(file, PageSize + (long)Size);
                // The page is copied once, so that what is hashed is what is written.
                Span<ulong> page = stackalloc ulong[PageSize / sizeof(ulong)];
                var hash = Fnv1a.Seed;
                for (ulong offset = 0; offset < Size; offset += PageSize)
                {
                    // SAFETY: the page lies within the arena.
                    new ReadOnlySpan<ulong>(_base + offset, page.Length).CopyTo(page);
                    hash = Fnv1a.Hash(page, hash);
                    if (page.ContainsAnyExcept(0ul))
                        RandomAccess.Write(file, MemoryMarshal.AsBytes(page), PageSize + (long)offset);
                }
                var header = new SnapshotHeader { Magic = SnapshotMagic, Version = SnapshotVersion, Size = Size, LayoutHash = LayoutTable.Hash, ContentHash = hash };
                RandomAccess.Write(file, MemoryMarshal.AsBytes(new ReadOnlySpan<SnapshotHeader>(in header)), 0);
            }
            File.Move(part, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            File.Delete(part);
            throw new SchedulerException(ExitCode.Failure, $"cannot write the snapshot {path}: {e.Message}", "Choose another file, or make room.", e);
        }
    }

    /// <summary>Reads a snapshot into memory of its own; changing it does not change the file.</summary>
    /// <exception cref="SchedulerException">The file cannot be read, is no snapshot, is damaged, or is of another build.</exception>
    public static Arena OpenSnapshot(string path)
    {
        try
        {
            using var file = File.OpenHandle(path);
            var header = new SnapshotHeader();
            var length = RandomAccess.GetLength(file);
            if (RandomAccess.Read(file, MemoryMarshal.AsBytes(new Span<SnapshotHeader>(ref header)), 0) != sizeof(SnapshotHeader) || header.Magic != SnapshotMagic)
                throw Refuse(path, "it is no snapshot of an arena", "Name a file written by a Wd40 snapshot.");
            if (header.Version != SnapshotVersion)
                throw Refuse(path, $"it has format {header.Version}, this build reads {SnapshotVersion}", "Read it with the build that wrote it.");
            if (header.LayoutHash != LayoutTable.Hash)
                throw Refuse(path, $"its layouts are {header.LayoutHash:x16}, those of this build are {LayoutTable.Hash:x16}", "Read it with the build that wrote it.");
            if (!System.Numerics.BitOperations.IsPow2(header.Size) || header.Size is < PageSize or > MaxSize || (ulong)length != PageSize + header.Size)
                throw Refuse(path, "it is truncated or damaged", "Take the snapshot again.");
            return Read(path, file, header);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Refuse(path, e.Message, "Check the path and its permissions.");
        }
    }

    private static Arena Read(string path, Microsoft.Win32.SafeHandles.SafeFileHandle file, in SnapshotHeader header)
    {
        var arena = Anonymous(header.Size);
        try
        {
            var hash = Fnv1a.Seed;
            for (ulong offset = 0; offset < header.Size; offset += PageSize)
            {
                // SAFETY: the page lies within the arena, whose size is the checked one of the header.
                var page = new Span<ulong>(arena._base + offset, PageSize / sizeof(ulong));
                var bytes = MemoryMarshal.AsBytes(page);
                for (var done = 0; done < bytes.Length;)
                {
                    var count = RandomAccess.Read(file, bytes[done..], PageSize + (long)offset + done);
                    if (count == 0)
                        throw Refuse(path, "it became shorter while it was read", "Take the snapshot again.");
                    done += count;
                }
                hash = Fnv1a.Hash(page, hash);
            }
            return hash == header.ContentHash ? arena : throw Refuse(path, "its contents do not fit its check sum", "Take the snapshot again.");
        }
        catch
        {
            arena.Dispose();
            throw;
        }
    }

    private static SchedulerException Refuse(string path, string why, string remedy) =>
        new(ExitCode.LayoutMismatch, $"cannot read the snapshot {path}: {why}", remedy);

    /// <summary>First bytes of the file's first page; the arena follows on the second.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct SnapshotHeader
    {
        internal ulong Magic;
        internal uint Version;
        internal uint Reserved;
        internal ulong Size;
        internal ulong LayoutHash;
        internal ulong ContentHash;
    }
}
