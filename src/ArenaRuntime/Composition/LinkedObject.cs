// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.ArenaRuntime;

/// <summary>A composition linked into one BPF object in memory. Dispose it after <see cref="Open"/>.</summary>
public sealed class LinkedObject : IDisposable
{
    private readonly Memfd _memfd;

    internal LinkedObject(Composition composition, Memfd memfd)
    {
        Composition = composition;
        _memfd = memfd;
    }

    /// <summary>What was linked.</summary>
    public Composition Composition { get; }

    /// <summary>Size of the linked ELF file, bytes.</summary>
    public long Length
    {
        get
        {
            // Opened, because the path is a link whose own length FileInfo would tell.
            using var file = File.OpenHandle(Path);
            return RandomAccess.GetLength(file);
        }
    }

    internal string Path => _memfd.Path;

    /// <summary>Opens the object for editing. This instance may be disposed afterwards.</summary>
    /// <exception cref="BpfException">libbpf cannot read it.</exception>
    public OpenObject Open() => OpenObject.Open(this);

    /// <summary>A copy of the linked ELF file.</summary>
    public byte[] ToArray() => File.ReadAllBytes(Path);

    /// <summary>Frees the memory.</summary>
    public void Dispose() => _memfd.Dispose();
}
