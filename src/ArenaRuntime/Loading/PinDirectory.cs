// SPDX-License-Identifier: GPL-2.0-only
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Wd40.ArenaRuntime;

/// <summary>
/// A directory in a BPF file system with what keeps one scheduler in the kernel without a process: its link and its maps. Only the user
/// that made it can open it.
/// </summary>
public sealed class PinDirectory
{
    /// <summary>Where distributions mount the BPF file system.</summary>
    public const string DefaultRoot = "/sys/fs/bpf";

    /// <summary>Entry of the link: while it is there, the scheduler stays attached.</summary>
    internal const string Link = "link";

    /// <summary>rwx------.</summary>
    private const uint OwnerOnly = 0x1C0;

    /// <summary>Names a directory; nothing is made yet.</summary>
    /// <param name="root">A directory of a BPF file system.</param>
    /// <param name="name">The scheduler's; the file system has no full stops in names.</param>
    public PinDirectory(string root, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(root);
        ArgumentException.ThrowIfNullOrEmpty(name);
        Parent = System.IO.Path.Combine(root, "wd40");
        Path = System.IO.Path.Combine(Parent, name.Replace('.', '-'));
    }

    /// <summary>Path of the directory.</summary>
    public string Path { get; }

    /// <summary>True if there is a scheduler, running or ended: its link stands there.</summary>
    public bool HasLink => File.Exists(Entry(Link));

    /// <summary>True if the directory is there.</summary>
    public bool Exists => Directory.Exists(Path);

    /// <summary>Names of the maps in it.</summary>
    internal IEnumerable<string> Maps => Directory.EnumerateFiles(Path).Select(path => System.IO.Path.GetFileName(path)).Where(name => name != Link);

    private string Parent { get; }

    /// <summary>Makes the directory.</summary>
    /// <exception cref="SchedulerException">It is there already, or cannot be made.</exception>
    public void Create()
    {
        Make(Parent, mayExist: true);
        Make(Path, mayExist: false);
    }

    /// <summary>Removes the directory with all that is in it. What no process holds ends there: a scheduler is detached.</summary>
    /// <exception cref="SchedulerException">Something cannot be removed.</exception>
    public void Remove()
    {
        if (!Exists)
            return;
        try
        {
            // First: with the link goes the scheduler, which still may use the maps.
            File.Delete(Entry(Link));
            foreach (var map in Maps.ToArray())
                File.Delete(Entry(map));
            Directory.Delete(Path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SchedulerException(ExitCode.Failure, $"cannot remove {Path}: {failure.Message}", $"Remove it by hand: rm -r {Path}.", failure);
        }
    }

    internal void Pin(int descriptor, string name)
    {
        var result = Interop.Libbpf.ObjPin(descriptor, Entry(name));
        if (result < 0)
            throw BpfException.Create($"pin {Entry(name)}", -result, null, ExitCode.UnfitMachine, "Mount a BPF file system there, or name one with --pin-root-path.");
    }

    internal SafeFileHandle Open(string name)
    {
        var descriptor = Interop.Libbpf.ObjGet(Entry(name));
        return descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true) : throw BpfException.Create($"open {Entry(name)}", -descriptor, null);
    }

    private static void Make(string path, bool mayExist)
    {
        if (Interop.Libc.MakeDirectory(path, OwnerOnly) == 0)
            return;
        var error = Marshal.GetLastPInvokeError();
        if (error == Errno.Exists && mayExist)
            return;
        throw error == Errno.Exists
            ? new SchedulerException(ExitCode.Failure, $"{path} is there already", $"If no scheduler uses it: rm -r {path}.")
            : BpfException.Create($"make {path}", error, null, ExitCode.UnfitMachine,
                "Mount the BPF file system (mount -t bpf bpf /sys/fs/bpf), run as root, or name another one with --pin-root-path.");
    }

    private string Entry(string name) => System.IO.Path.Combine(Path, name);
}
