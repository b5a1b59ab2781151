// SPDX-License-Identifier: GPL-2.0-only
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Wd40.Vm;

/// <summary>Kernels by series: from the cache, else from the distribution's cloud-kernel packages.</summary>
public static partial class KernelCatalog
{
    /// <summary>Names the newest series whose kernel can load sched_ext programs.</summary>
    public const string Newest = "newest";

    /// <summary>sched_ext came with 6.12; Debian's cloud kernels have it from 6.16 on.</summary>
    private static readonly string[] _suites = ["bookworm-backports", "trixie", "trixie-backports", "forky", "sid"];

    /// <summary>The kernel of a series, of <see cref="Newest"/>, or at a path. Downloads what the cache lacks.</summary>
    /// <exception cref="VmException">There is none; the message lists those that there are.</exception>
    public static async Task<KernelImage> ResolveAsync(string kernel, IProgress<string>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(kernel);
        if (kernel == Newest || SeriesPattern().IsMatch(kernel))
        {
            return Cached(kernel) ?? await FetchAsync(kernel, experimental: false, progress, cancellation).ConfigureAwait(false);
        }

        string path = Path.GetFullPath(kernel);
        if (!File.Exists(path))
        {
            throw new VmException($"'{kernel}' is neither a kernel series (6.18), nor '{Newest}', nor a file.");
        }

        return await DescribeAsync(path, Path.GetFileName(path), "", "", cancellation).ConfigureAwait(false);
    }

    /// <summary>The cached kernel of a series or of <see cref="Newest"/>; null when there is none.</summary>
    public static KernelImage? Cached(string series)
    {
        string description = Path.Combine(VmCache.DirectoryOf("kernels"), $"{series}.json");
        if (!File.Exists(description))
        {
            return null;
        }

        try
        {
            using FileStream file = File.OpenRead(description);
            KernelImage image = JsonSerializer.Deserialize(file, VmJson.Default.KernelImage) ?? throw new JsonException("empty");
            string path = ImagePath(image.Name);
            return File.Exists(path) ? image with { Path = path } : null;
        }
        catch (JsonException)
        {
            // A file of another version of this program: as good as none, it is written anew.
            return null;
        }
    }

    /// <summary>All cached kernels, newest first.</summary>
    public static IReadOnlyList<KernelImage> AllCached() =>
    [
        .. Directory.EnumerateFiles(VmCache.DirectoryOf("kernels"), "*.json").Select(file => Path.GetFileNameWithoutExtension(file))
            .Where(series => series != Newest).OrderByDescending(SeriesNumber).Select(Cached).OfType<KernelImage>(),
    ];

    /// <summary>The newest obtainable release of each series, newest series first.</summary>
    public static async Task<IReadOnlyList<KernelOffer>> OffersAsync(bool experimental, IProgress<string>? progress = null, CancellationToken cancellation = default)
    {
        (_, IReadOnlyList<KernelPackage> packages) = await PackagesAsync(experimental, progress, cancellation).ConfigureAwait(false);
        return [.. packages.Select(p => new KernelOffer(p.Series, p.Release, p.Name, Cached(p.Series)?.Name))];
    }

    /// <summary>Downloads the newest build of a series, or of the newest sound one, also when the cache has one.</summary>
    /// <exception cref="VmException">The mirror has none; the message lists those that it has.</exception>
    public static async Task<KernelImage> FetchAsync(string series, bool experimental, IProgress<string>? progress = null, CancellationToken cancellation = default)
    {
        using FileStream fetching = await VmCache.TakeLockAsync("kernels", progress, cancellation).ConfigureAwait(false);
        (PrivateApt apt, IReadOnlyList<KernelPackage> packages) = await PackagesAsync(experimental, progress, cancellation).ConfigureAwait(false);
        if (series != Newest)
        {
            KernelPackage package = packages.FirstOrDefault(p => p.Series == series)
                ?? throw new VmException(
                    $"the mirror has no cloud kernel of series {series} (any more). It has: {string.Join(", ", packages.Select(p => p.Series))}"
                    + (experimental ? "." : "; more perhaps in experimental ('wd40 vm fetch SERIES --experimental')."));
            return await FetchAsync(apt, package, progress, cancellation).ConfigureAwait(false);
        }

        foreach (KernelPackage package in packages)
        {
            KernelImage image = await FetchAsync(apt, package, progress, cancellation).ConfigureAwait(false);
            if (image.SchedExt.IsSound)
            {
                Save(image, Newest);
                return image;
            }

            progress?.Report($"{image.Name}: {image.SchedExt}; trying the series before");
        }

        throw new VmException("the mirror has no cloud kernel that can load sched_ext programs.");
    }

    private static async Task<(PrivateApt Apt, IReadOnlyList<KernelPackage> Packages)> PackagesAsync(
        bool experimental, IProgress<string>? progress, CancellationToken cancellation)
    {
        PrivateApt apt = await PrivateApt.OpenAsync(
            experimental ? "apt-kernels-experimental" : "apt-kernels", experimental ? [.. _suites, "experimental"] : _suites, progress, cancellation).ConfigureAwait(false);
        string[] names = await apt.PackageNamesAsync("linux-", cancellation).ConfigureAwait(false);
        return (apt, KernelPackage.NewestOfEachSeries(names));
    }

    private static async Task<KernelImage> FetchAsync(PrivateApt apt, KernelPackage package, IProgress<string>? progress, CancellationToken cancellation)
    {
        if (Cached(package.Series) is { } have && have.Name == package.Release)
        {
            return have;
        }

        progress?.Report($"downloading kernel {package.Release}");
        DirectoryInfo work = Directory.CreateTempSubdirectory("wd40-kernel-");
        try
        {
            string deb = await apt.DownloadAsync(package.Name, work.FullName, cancellation).ConfigureAwait(false);
            string files = await HostCommand.RunAsync("dpkg-deb", ["-x", deb, work.FullName], cancellation).ConfigureAwait(false);
            // boot/vmlinuz-RELEASE, usr/lib/modules/RELEASE/vmlinuz, or .../vmlinuz.unsigned, by age of the package
            string image = Directory.EnumerateFiles(work.FullName, "vmlinuz*", SearchOption.AllDirectories).FirstOrDefault()
                ?? throw new VmException($"package {package.Name} holds no vmlinuz; Debian may have moved it to another package.");
            string path = ImagePath(package.Release);
            File.Move(image, path + ".new", overwrite: true);
            File.Move(path + ".new", path, overwrite: true);
            KernelImage kernel = await DescribeAsync(path, package.Release, package.Series, package.Name, cancellation).ConfigureAwait(false);
            Save(kernel, package.Series);
            return kernel;
        }
        finally
        {
            work.Delete(recursive: true);
        }
    }

    private static string ImagePath(string release) => Path.Combine(VmCache.DirectoryOf("kernels"), $"vmlinuz-{release}");

    private static void Save(KernelImage image, string series)
    {
        string path = Path.Combine(VmCache.DirectoryOf("kernels"), $"{series}.json");
        File.WriteAllText(path + ".new", JsonSerializer.Serialize(image, VmJson.Default.KernelImage));
        File.Move(path + ".new", path, overwrite: true);
    }

    private static async Task<KernelImage> DescribeAsync(string path, string name, string series, string package, CancellationToken cancellation)
    {
        byte[] bytes = await File.ReadAllBytesAsync(path, cancellation).ConfigureAwait(false);
        SchedExtSupport support = await KernelBtf.ReadSupportAsync(bytes, path, cancellation).ConfigureAwait(false);
        return new KernelImage(name, series, package, Convert.ToHexStringLower(SHA256.HashData(bytes)), support) { Path = path };
    }

    private static (int Major, int Minor) SeriesNumber(string series)
    {
        string[] parts = series.Split('.');
        return (int.Parse(parts[0], CultureInfo.InvariantCulture), int.Parse(parts[1], CultureInfo.InvariantCulture));
    }

    [GeneratedRegex(@"^\d+\.\d+$")]
    private static partial Regex SeriesPattern();
}
