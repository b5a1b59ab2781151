// SPDX-License-Identifier: GPL-2.0-only
using System.Globalization;
using System.Text;

namespace Wd40.Vm;

/// <summary>Writes an archive of the form that the kernel unpacks as initramfs ("newc"). Archives may follow one another in one file.</summary>
internal sealed class CpioWriter(Stream output) : IDisposable
{
    private const int RegularFile = 0x8000, Directory = 0x4000, SymbolicLink = 0xA000, CharacterDevice = 0x2000;

    private static readonly byte[] _padding = new byte[512];
    private readonly HashSet<string> _directories = [];
    private long _written;
    private int _inode;

    /// <summary>Adds a directory and those above it that were not added before.</summary>
    public void AddDirectory(string path, UnixFileMode mode = (UnixFileMode)0x1ED)
    {
        string name = Normalise(path);
        if (name.Length == 0 || !_directories.Add(name))
        {
            return;
        }

        AddParents(name);
        Header(name, Directory | (int)mode, 2, 0);
    }

    /// <summary>Adds a regular file.</summary>
    public void AddFile(string path, Stream content, UnixFileMode mode)
    {
        string name = Normalise(path);
        AddParents(name);
        long length = content.Length - content.Position;
        if (length > uint.MaxValue)
        {
            throw new VmException($"{path}: {length} bytes; a file of the initramfs has less than 4 GiB.");
        }

        Header(name, RegularFile | (int)mode, 1, (uint)length);
        content.CopyTo(output, 1 << 20);
        _written += length;
        Pad(4);
    }

    /// <summary>Adds a regular file with this text.</summary>
    public void AddText(string path, string text, UnixFileMode mode = (UnixFileMode)0x1A4)
    {
        using MemoryStream content = new(Encoding.UTF8.GetBytes(text));
        AddFile(path, content, mode);
    }

    /// <summary>Adds a symbolic link.</summary>
    public void AddLink(string path, string target)
    {
        string name = Normalise(path);
        AddParents(name);
        byte[] bytes = Encoding.UTF8.GetBytes(target);
        Header(name, SymbolicLink | 0x1FF, 1, (uint)bytes.Length);
        Write(bytes);
        Pad(4);
    }

    /// <summary>Adds a character device.</summary>
    public void AddDevice(string path, int major, int minor)
    {
        string name = Normalise(path);
        AddParents(name);
        Header(name, CharacterDevice | 0x180, 1, 0, major, minor);
    }

    /// <summary>Adds a file of the host, a link, or a directory with everything below it, at <paramref name="path"/>.</summary>
    public void AddTree(string hostPath, string path)
    {
        FileSystemInfo info = System.IO.Directory.Exists(hostPath) ? new DirectoryInfo(hostPath) : new FileInfo(hostPath);
        if (info.LinkTarget is { } target && path != "/")
        {
            AddLink(path, target);
        }
        else if (info is DirectoryInfo directory)
        {
            AddDirectory(path, directory.UnixFileMode);
            foreach (FileSystemInfo child in directory.EnumerateFileSystemInfos().OrderBy(c => c.Name, StringComparer.Ordinal))
            {
                AddTree(child.FullName, $"{path.TrimEnd('/')}/{child.Name}");
            }
        }
        else
        {
            using FileStream content = File.OpenRead(hostPath);
            AddFile(path, content, info.UnixFileMode);
        }
    }

    /// <summary>Writes the end of the archive. The stream stays open.</summary>
    public void Dispose()
    {
        Header("TRAILER!!!", 0, 1, 0);
        Pad(512);
        output.Flush();
    }

    private static string Normalise(string path) => path.Trim('/');

    private void AddParents(string name)
    {
        int slash = name.LastIndexOf('/');
        if (slash > 0)
        {
            AddDirectory(name[..slash]);
        }
    }

    private void Header(string name, int mode, int links, uint size, int major = 0, int minor = 0)
    {
        byte[] nameBytes = Encoding.UTF8.GetBytes(name);
        // inode, mode, uid, gid, links, mtime, size, device of the file (2), device number (2), length of the name, checksum (unused)
        uint[] fields =
        [
            (uint)++_inode, (uint)mode, 0, 0, (uint)links, 0, size, 0, 0, (uint)major, (uint)minor, (uint)nameBytes.Length + 1, 0,
        ];
        StringBuilder text = new("070701");
        foreach (uint field in fields)
        {
            text.Append(field.ToString("X8", CultureInfo.InvariantCulture));
        }

        Write(Encoding.ASCII.GetBytes(text.ToString()));
        Write(nameBytes);
        Write([0]);
        Pad(4);
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        output.Write(bytes);
        _written += bytes.Length;
    }

    private void Pad(int alignment)
    {
        int rest = (int)(_written % alignment);
        if (rest != 0)
        {
            Write(_padding.AsSpan(0, alignment - rest));
        }
    }
}
