// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Vm;

/// <summary>An apt configuration of our own in the cache: the machine's mirror, the distribution's keyring, other suites. The system's is not touched.</summary>
internal sealed class PrivateApt
{
    private static readonly TimeSpan _listsStayFresh = TimeSpan.FromHours(1);

    private readonly string _directory;
    private readonly Dictionary<string, string> _environment;

    private PrivateApt(string directory, string configuration)
    {
        _directory = directory;
        _environment = new() { ["APT_CONFIG"] = configuration, ["LC_ALL"] = "C", ["DEBIAN_FRONTEND"] = "noninteractive" };
    }

    /// <summary>Writes the configuration (tools/setup/apt-private.sh does) and fetches the signed lists when they are missing or old.</summary>
    public static async Task<PrivateApt> OpenAsync(string name, IEnumerable<string> suites, IProgress<string>? progress, CancellationToken cancellation)
    {
        string directory = VmCache.DirectoryOf(name);
        string[] suiteNames = [.. suites];
        using MemoryStream script = new(System.Text.Encoding.UTF8.GetBytes(EmbeddedFile.Read("apt-private.sh")));
        string configuration = (await HostCommand.RunAsync(
            "sh", ["-s", "--", directory, .. suiteNames], cancellation, input: script).ConfigureAwait(false)).Trim();
        PrivateApt apt = new(directory, configuration);

        string stamp = Path.Combine(directory, "updated");
        string sources = await File.ReadAllTextAsync(Path.Combine(directory, "sources.list"), cancellation).ConfigureAwait(false);
        bool fresh = File.Exists(stamp) && DateTime.UtcNow - File.GetLastWriteTimeUtc(stamp) < _listsStayFresh
            && await File.ReadAllTextAsync(stamp, cancellation).ConfigureAwait(false) == sources;
        if (!fresh)
        {
            progress?.Report($"fetching the package lists of {string.Join(", ", suiteNames)}");
            await apt.RunAsync("apt-get", ["-q", "update"], cancellation).ConfigureAwait(false);
            await File.WriteAllTextAsync(stamp, sources, cancellation).ConfigureAwait(false);
        }

        return apt;
    }

    /// <summary>Names of all packages that begin with <paramref name="prefix"/>.</summary>
    public async Task<string[]> PackageNamesAsync(string prefix, CancellationToken cancellation)
    {
        string text = await RunAsync("apt-cache", ["pkgnames", prefix], cancellation).ConfigureAwait(false);
        return text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }

    /// <summary>Downloads one package file into a directory of the caller and returns its path.</summary>
    public async Task<string> DownloadAsync(string package, string directory, CancellationToken cancellation)
    {
        await RunAsync("apt-get", ["-q", "download", package], cancellation, directory).ConfigureAwait(false);
        return Directory.EnumerateFiles(directory, $"{package}_*.deb").FirstOrDefault()
            ?? throw new VmException($"apt-get downloaded no file for {package}; see {_directory}/sources.list.");
    }

    /// <summary>Downloads packages with all they depend on, whatever this machine has installed, and returns the files.</summary>
    public async Task<string[]> DownloadClosureAsync(IEnumerable<string> packages, string directory, CancellationToken cancellation)
    {
        string status = Path.Combine(directory, "status");
        await File.WriteAllTextAsync(status, "", cancellation).ConfigureAwait(false);
        string archives = Directory.CreateDirectory(Path.Combine(directory, "archives", "partial")).Parent!.FullName;
        await RunAsync(
            "apt-get",
            [
                "-q", "install", "-y", "--download-only", "--no-install-recommends", "-o", $"Dir::State::status={status}",
                "-o", $"Dir::Cache::archives={archives}", .. packages,
            ],
            cancellation).ConfigureAwait(false);
        return [.. Directory.EnumerateFiles(archives, "*.deb").Order(StringComparer.Ordinal)];
    }

    private Task<string> RunAsync(string program, IEnumerable<string> arguments, CancellationToken cancellation, string? directory = null) =>
        HostCommand.RunAsync(program, arguments, cancellation, _environment, directory);
}
