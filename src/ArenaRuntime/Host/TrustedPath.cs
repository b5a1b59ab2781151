// SPDX-License-Identifier: GPL-2.0-only
using System.Runtime.InteropServices;
using static Wd40.ArenaRuntime.Interop;

namespace Wd40.ArenaRuntime;

/// <summary>
/// Directories and files that nobody but root and the user of this process can change: what is loaded from them runs with this process's
/// rights. Where all of a path is so, nobody else can put another file in its place between the look at it and its use.
/// </summary>
public static class TrustedPath
{
    /// <summary>Checks a directory and all those above it.</summary>
    /// <returns>Its path without symbolic links.</returns>
    /// <exception cref="SchedulerException">It is none, or somebody else can change it; the message names which one and how to mend it.</exception>
    public static string Directory(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var real = Resolve(path);
        Require(real, Libc.FileTypeDirectory, "directory", mayBeSticky: false);
        for (var parent = Path.GetDirectoryName(real); parent is not null; parent = Path.GetDirectoryName(parent))
            Require(parent, Libc.FileTypeDirectory, "directory", mayBeSticky: true);
        return real;
    }

    /// <summary>Checks a file of a directory that <see cref="Directory"/> has returned.</summary>
    /// <returns>Its path without symbolic links.</returns>
    /// <exception cref="SchedulerException">It is no file, leads out of the directory, or somebody else can change it.</exception>
    public static string FileIn(string directory, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        ArgumentException.ThrowIfNullOrEmpty(name);
        var path = Path.Combine(directory, name);
        var real = Resolve(path);
        if (Path.GetDirectoryName(real) != directory)
            throw Refused($"{path} leads out of its directory, to {real}", $"Replace the symbolic link by the file: cp --remove-destination {real} {path}.");
        Require(real, Libc.FileTypeRegular, "file", mayBeSticky: false);
        return real;
    }

    private static unsafe string Resolve(string path)
    {
        var buffer = stackalloc byte[Libc.PathMax];
        // SAFETY: realpath writes at most PATH_MAX bytes, zero-terminated, when it succeeds.
        return Libc.RealPath(path, buffer) is not null
            ? Marshal.PtrToStringUTF8((nint)buffer)!
            : throw Refused($"cannot use {path}: {Errno.Explain(Marshal.GetLastPInvokeError())}", "Check the path and its permissions.");
    }

    private static unsafe void Require(string path, ushort type, string what, bool mayBeSticky)
    {
        Libc.FileStatus status;
        if (Libc.Statx(Libc.AtCurrentDirectory, path, Libc.AtSymlinkNoFollow, Libc.StatxType | Libc.StatxMode | Libc.StatxUser, &status) != 0)
            throw Refused($"cannot look at {path}: {Errno.Explain(Marshal.GetLastPInvokeError())}", "Check the path and its permissions.");
        if ((status.Mode & Libc.FileTypeMask) != type)
            throw Refused($"{path} is no {what}", $"Name a {what}.");
        var user = Libc.EffectiveUser();
        if (status.User != 0 && status.User != user)
        {
            throw Refused($"{what} {path} belongs to user {status.User}, neither to root nor to the user that runs this ({user})",
                $"Look at what is in it, then: chown {user} {path}.");
        }
        // In a sticky directory, such as /tmp, nobody replaces what is somebody else's.
        if (mayBeSticky && (status.Mode & Libc.Sticky) != 0)
            return;
        if ((status.Mode & (Libc.WritableByGroup | Libc.WritableByAll)) != 0)
        {
            var who = (status.Mode & Libc.WritableByAll) != 0 ? "everybody" : "its group";
            throw Refused($"{what} {path} (mode {Convert.ToString(status.Mode & Libc.Permissions, 8).PadLeft(4, '0')}) can be changed by {who}",
                $"Look at what is in it, then: chmod go-w {path}.");
        }
    }

    private static SchedulerException Refused(string message, string remedy) => new(ExitCode.Usage, message, remedy);
}
