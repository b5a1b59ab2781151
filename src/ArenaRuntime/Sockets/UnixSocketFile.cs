// SPDX-License-Identifier: GPL-2.0-only
using System.Runtime.InteropServices;
using System.Text;
using static Wd40.ArenaRuntime.Interop;

namespace Wd40.ArenaRuntime;

/// <summary>The file system's side of a UNIX socket: whether a path is free, who owns it, how it comes into being.</summary>
public static class UnixSocketFile
{
    /// <summary>Read and write for the owner and the group: connecting needs write permission.</summary>
    private const uint Mode = (uint)(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite);

    /// <summary>Refuses a path where a live server answers or where something other than a socket lies.</summary>
    /// <param name="path">The path a server wants.</param>
    /// <exception cref="SchedulerException">The path is taken, too long, or cannot be looked at.</exception>
    public static unsafe void EnsureFree(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var address = Address(path);
        Libc.FileStatus status;
        if (Libc.Statx(Libc.AtCurrentDirectory, path, Libc.AtSymlinkNoFollow, Libc.StatxType, &status) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error == Errno.NoEntry)
                return;
            throw Failure($"cannot look at {path}", error);
        }
        if ((status.Mode & Libc.FileTypeMask) != Libc.FileTypeSocket)
        {
            throw new SchedulerException(ExitCode.Usage, $"{path} exists and is not a socket",
                "Remove it, or choose another path with --stats-path.");
        }
        var probe = Libc.Socket(Libc.AddressFamilyUnix, Libc.SocketStream | Libc.SocketCloseOnExec | Libc.SocketNonBlocking, 0);
        if (probe < 0)
            throw Failure("cannot create a UNIX socket", Marshal.GetLastPInvokeError());
        var connected = Libc.Connect(probe, &address, (uint)sizeof(Libc.SocketAddressUnix)) == 0;
        var connectError = Marshal.GetLastPInvokeError();
        _ = Libc.Close(probe);
        // EAGAIN: somebody listens, but the queue of waiting clients is full.
        if (connected || connectError == Libc.TryAgain)
        {
            throw new SchedulerException(ExitCode.UnfitMachine, $"a statistics server already answers on {path}: another scheduler is running",
                "Stop the other scheduler, or choose another path with --stats-path.");
        }
        if (connectError is not (Libc.ConnectionRefused or Errno.NoEntry))
            throw Failure($"cannot find out whether {path} is in use", connectError);
    }

    /// <summary>Binds a new socket with mode 0660.</summary>
    internal static unsafe (int Fd, (uint Major, uint Minor, ulong Inode) Identity) Bind(string path, uint? group)
    {
        var address = Address(path);
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } directory)
            Directory.CreateDirectory(directory);
        File.Delete(path);
        var fd = Libc.Socket(Libc.AddressFamilyUnix, Libc.SocketStream | Libc.SocketCloseOnExec | Libc.SocketNonBlocking, 0);
        if (fd < 0)
            throw Failure("cannot create a UNIX socket", Marshal.GetLastPInvokeError());
        try
        {
            // The mode of the descriptor becomes that of the file (less umask): nobody else can connect in between.
            if (Libc.ChangeMode(fd, Mode) != 0 || Libc.Bind(fd, &address, (uint)sizeof(Libc.SocketAddressUnix)) != 0)
                throw Failure($"cannot create the UNIX socket {path}", Marshal.GetLastPInvokeError());
            if (group is { } id && Libc.ChangeOwner(path, uint.MaxValue, id) != 0)
                throw Failure($"cannot give the UNIX socket {path} to group {id}", Marshal.GetLastPInvokeError());
            if (Libc.ChangeMode(path, Mode) != 0)
                throw Failure($"cannot set the mode of the UNIX socket {path}", Marshal.GetLastPInvokeError());
            return (fd, Identify(path) ?? throw Failure($"the UNIX socket {path} vanished", Errno.NoEntry));
        }
        catch
        {
            _ = Libc.Close(fd);
            File.Delete(path);
            throw;
        }
    }

    /// <summary>Device and inode of a path; null when there is nothing.</summary>
    internal static unsafe (uint Major, uint Minor, ulong Inode)? Identify(string path)
    {
        Libc.FileStatus status;
        return Libc.Statx(Libc.AtCurrentDirectory, path, Libc.AtSymlinkNoFollow, Libc.StatxInode, &status) == 0
            ? (status.DeviceMajor, status.DeviceMinor, status.Inode)
            : null;
    }

    internal static SchedulerException Failure(string what, int error) => new(ExitCode.Failure, $"{what}: {Errno.Explain(error)}",
        "Run as root, or choose a writable path with --stats-path.");

    private static unsafe Libc.SocketAddressUnix Address(string path)
    {
        Libc.SocketAddressUnix address = default;
        address.Family = Libc.AddressFamilyUnix;
        var length = Encoding.UTF8.GetByteCount(path);
        if (length is 0 or >= Libc.SocketAddressUnix.PathLength)
        {
            throw new SchedulerException(ExitCode.Usage,
                $"the socket path has {length} bytes, the kernel allows 1 to {Libc.SocketAddressUnix.PathLength - 1}: {path}",
                "Choose a shorter path with --stats-path.");
        }
        Encoding.UTF8.GetBytes(path, new Span<byte>(address.Path, Libc.SocketAddressUnix.PathLength));
        return address;
    }
}
