// SPDX-License-Identifier: GPL-2.0-only
using System.Security.Cryptography;
using System.Text;

namespace Wd40.Vm;

/// <summary>
/// The guest's user land: an initramfs of Debian packages with our agent as process 1, built once and kept in the cache.
/// The kernel unpacks concatenated archives one after the other, so the files of one run are an archive of their own behind it.
/// </summary>
internal static class GuestImage
{
    /// <summary>Raise when what <see cref="BuildAsync"/> puts into the image changes.</summary>
    private const string Layout = "1";

    private static readonly string[] _packages =
        ["stress-ng", "rt-tests", "util-linux", "busybox-static", "strace", "bpftool", "libstdc++6", "libelf1", "zlib1g", "libzstd1"];

    private static readonly string[] _programs =
    [
        "stress-ng", "hackbench", "cyclictest", "taskset", "chrt", "uclampset", "unshare", "nsenter", "prlimit", "lscpu", "strace", "bpftool",
    ];

    /// <summary>Needed by what the caller brings: self-contained .NET programs and libbpf.</summary>
    private static readonly string[] _libraries =
    [
        "libstdc++.so.6", "libgcc_s.so.1", "libc.so.6", "libm.so.6", "libdl.so.2", "libpthread.so.0", "librt.so.1", "libelf.so.1", "libz.so.1", "libzstd.so.1",
    ];

    private const string LoaderDirectory = "/lib64";
    private const string LibraryDirectory = "/lib/x86_64-linux-gnu";
    private const string Loader = "ld-linux-x86-64.so.2";

    /// <summary>The base archive; built when the cache has none for these inputs.</summary>
    public static async Task<string> GetAsync(IProgress<string>? progress, CancellationToken cancellation)
    {
        string suite = await HostSuiteAsync(cancellation).ConfigureAwait(false);
        string inputs = string.Join('\n', [Layout, suite, .. _packages, .. _programs, .. _libraries, EmbeddedFile.Read("agent.c")]);
        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(inputs)))[..16];
        string path = Path.Combine(VmCache.DirectoryOf("images"), $"guest-{hash}.cpio");
        if (File.Exists(path))
        {
            return path;
        }

        using FileStream building = await VmCache.TakeLockAsync("guest image", progress, cancellation).ConfigureAwait(false);
        if (!File.Exists(path))
        {
            DirectoryInfo work = Directory.CreateTempSubdirectory("wd40-image-");
            try
            {
                string unfinished = path + ".new";
                await BuildAsync(suite, work.FullName, unfinished, progress, cancellation).ConfigureAwait(false);
                File.Move(unfinished, path, overwrite: true);
            }
            finally
            {
                work.Delete(recursive: true);
            }
        }

        return path;
    }

    /// <summary>Writes the initramfs of one run: the base archive, then one of the caller's files.</summary>
    public static void WriteInitramfs(string baseArchive, IEnumerable<GuestFile> files, string path)
    {
        using FileStream output = new(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, 1 << 20);
        using (FileStream input = File.OpenRead(baseArchive))
        {
            input.CopyTo(output, 1 << 20);
        }

        using CpioWriter archive = new(output);
        foreach (GuestFile file in files)
        {
            string host = Path.GetFullPath(file.HostPath);
            FileSystemInfo info = Directory.Exists(host) ? new DirectoryInfo(host) : new FileInfo(host);
            if (!info.Exists)
            {
                throw new VmException($"{host}: no such file or directory; it was to be {file.GuestPath} in the guest.");
            }

            if (!file.GuestPath.StartsWith('/'))
            {
                throw new VmException($"'{file.GuestPath}' is no absolute path of the guest.");
            }

            archive.AddTree(info.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? host, file.GuestPath);
        }
    }

    /// <summary>What the kernel says about files that it could not unpack; null when there are none such.</summary>
    public static string? UnpackingFault(IEnumerable<KernelLogRecord> log) =>
        log.FirstOrDefault(r => r.Text.StartsWith("Initramfs unpacking failed", StringComparison.Ordinal))?.Text;

    /// <summary>The host's own suite: what was linked here must find at least its own libc in the guest.</summary>
    private static async Task<string> HostSuiteAsync(CancellationToken cancellation)
    {
        string release = await File.ReadAllTextAsync("/etc/os-release", cancellation).ConfigureAwait(false);
        string? line = release.Split('\n').FirstOrDefault(l => l.StartsWith("VERSION_CODENAME=", StringComparison.Ordinal));
        return line?.Split('=', 2)[1].Trim().Trim('"')
            ?? throw new VmException("/etc/os-release names no VERSION_CODENAME: the guest's packages are taken from the host's Debian release.");
    }

    private static async Task BuildAsync(string suite, string work, string path, IProgress<string>? progress, CancellationToken cancellation)
    {
        PrivateApt apt = await PrivateApt.OpenAsync("apt-guest", [suite], progress, cancellation).ConfigureAwait(false);
        progress?.Report("downloading the packages of the guest image");
        string[] packages = await apt.DownloadClosureAsync(_packages, Directory.CreateDirectory(Path.Combine(work, "apt")).FullName, cancellation).ConfigureAwait(false);

        progress?.Report($"building the guest image from {packages.Length} packages");
        string root = Directory.CreateDirectory(Path.Combine(work, "root")).FullName;
        foreach (string package in packages)
        {
            await HostCommand.RunAsync("dpkg-deb", ["-x", package, root], cancellation).ConfigureAwait(false);
        }

        string source = Path.Combine(work, "agent.c"), agent = Path.Combine(work, "init");
        await File.WriteAllTextAsync(source, EmbeddedFile.Read("agent.c"), cancellation).ConfigureAwait(false);
        await HostCommand.RunAsync("gcc", ["-O2", "-static", "-s", "-o", agent, source], cancellation).ConfigureAwait(false);
        string busybox = FindFile(root, ["bin", "usr/bin"], "busybox");
        string applets = await HostCommand.RunAsync(busybox, ["--list"], cancellation).ConfigureAwait(false);

        using FileStream output = new(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20);
        using CpioWriter archive = new(output);
        foreach (string directory in (string[])["/dev", "/proc", "/sys", "/run", "/root", "/etc", "/usr/bin", "/usr/lib", LibraryDirectory, LoaderDirectory])
        {
            archive.AddDirectory(directory);
        }

        archive.AddDirectory("/tmp", (UnixFileMode)0x3FF);
        archive.AddDevice("/dev/console", 5, 1);
        archive.AddText("/etc/passwd", "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n");
        archive.AddText("/etc/group", "root:x:0:\nnogroup:x:65534:\n");
        archive.AddText("/etc/hosts", "127.0.0.1 localhost wd40\n");
        archive.AddTree(agent, "/init");
        archive.AddTree(busybox, "/bin/busybox");
        foreach (string applet in applets.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Where(a => a != "busybox"))
        {
            archive.AddLink($"/bin/{applet}", "busybox");
        }

        Queue<string> libraries = new(_libraries);
        foreach (string program in _programs)
        {
            string file = FindFile(root, ["usr/bin", "usr/sbin", "bin", "sbin"], program);
            archive.AddTree(file, $"/usr/bin/{program}");
            Enqueue(libraries, file);
        }

        HashSet<string> added = [];
        while (libraries.TryDequeue(out string? library))
        {
            if (added.Add(library))
            {
                string file = FindFile(root, ["lib/x86_64-linux-gnu", "usr/lib/x86_64-linux-gnu", "lib64", "usr/lib64"], library);
                archive.AddTree(file, $"{(library == Loader ? LoaderDirectory : LibraryDirectory)}/{library}");
                Enqueue(libraries, file);
            }
        }
    }

    private static void Enqueue(Queue<string> libraries, string file)
    {
        foreach (string needed in new ElfFile(File.ReadAllBytes(file)).NeededLibraries())
        {
            libraries.Enqueue(needed);
        }
    }

    /// <summary>The file of this name, links followed inside <paramref name="root"/>.</summary>
    private static string FindFile(string root, IEnumerable<string> directories, string name)
    {
        foreach (string directory in directories)
        {
            string path = Path.Combine(root, directory, name);
            // An absolute link target means a path of the guest, not of this machine.
            for (int depth = 0; depth < 8 && new FileInfo(path).LinkTarget is { } target; depth++)
            {
                path = target.StartsWith('/') ? root + target : Path.Combine(Path.GetDirectoryName(path)!, target);
            }

            if (File.Exists(path))
            {
                return path;
            }
        }

        throw new VmException($"the guest's packages hold no '{name}' in {string.Join(", ", directories)}.");
    }
}
