// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Vm;

/// <summary>The directory that keeps kernels and images between runs, and the locks in it.</summary>
public static class VmCache
{
    /// <summary>At most this many guests run at once on a machine; with more, their watchdogs become the subject of the test.</summary>
    public const int GuestSlots = 2;

    /// <summary>WD40_CACHE, else <c>wd40</c> in XDG_CACHE_HOME or in ~/.cache.</summary>
    public static string Root
    {
        get
        {
            if (Environment.GetEnvironmentVariable("WD40_CACHE") is { Length: > 0 } own)
            {
                return Path.GetFullPath(own);
            }

            string caches = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } xdg
                ? xdg
                : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
            return Path.Combine(caches, "wd40");
        }
    }

    /// <summary>A directory below the root, made if missing.</summary>
    public static string DirectoryOf(string name) => Directory.CreateDirectory(Path.Combine(Root, name)).FullName;

    /// <summary>Takes one of the guest slots; waits for one to become free.</summary>
    internal static Task<FileStream> TakeGuestSlotAsync(IProgress<string>? progress, CancellationToken cancellation) =>
        TakeAsync([.. Enumerable.Range(1, GuestSlots).Select(i => $"guest-slot-{i}.lock")], "another guest to end", progress, cancellation);

    /// <summary>Takes the lock of something that only one process may build.</summary>
    internal static Task<FileStream> TakeLockAsync(string name, IProgress<string>? progress, CancellationToken cancellation) =>
        TakeAsync([$"{name}.lock"], $"another process that builds the {name}", progress, cancellation);

    private static async Task<FileStream> TakeAsync(string[] names, string waitingFor, IProgress<string>? progress, CancellationToken cancellation)
    {
        string directory = DirectoryOf("locks");
        for (bool told = false; ; told = true)
        {
            foreach (string name in names)
            {
                try
                {
                    // FileShare.None is an advisory lock on Linux: it ends with the process, however that ends.
                    return new FileStream(Path.Combine(directory, name), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
                }
                catch (IOException)
                {
                }
            }

            if (!told)
            {
                progress?.Report($"waiting for {waitingFor}");
            }

            await Task.Delay(250, cancellation).ConfigureAwait(false);
        }
    }
}
