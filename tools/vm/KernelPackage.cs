// SPDX-License-Identifier: GPL-2.0-only
using System.Globalization;
using System.Text.RegularExpressions;

namespace Wd40.Vm;

/// <summary>A Debian package that may hold a cloud kernel. Ordered by version, then by how likely it really holds the image.</summary>
/// <param name="Name">The package, for example <c>linux-binary-unsigned-7.3.4+deb13-cloud-amd64</c>.</param>
/// <param name="Release">The kernel's release, for example <c>7.3.4+deb13-cloud-amd64</c>.</param>
/// <param name="Series">The series, for example <c>7.3</c>.</param>
internal sealed partial record KernelPackage(string Name, string Release, string Series) : IComparable<KernelPackage>
{
    private int[] Key { get; init; } = [];

    // From 6.19 on linux-image-* is an empty package that depends on linux-binary-*; before that there is no linux-binary-*.
    private int Kind => Name.StartsWith("linux-binary-unsigned-", StringComparison.Ordinal) ? 1 : Name.StartsWith("linux-binary-", StringComparison.Ordinal) ? 2 : 0;

    /// <summary>Reads a package name; null when it is no cloud kernel.</summary>
    public static KernelPackage? Parse(string package)
    {
        Match match = NamePattern().Match(package);
        if (!match.Success)
        {
            return null;
        }

        // 6.12.90+deb12.1: up to four upstream numbers, then those behind "+deb".
        int[] upstream = Numbers(match.Groups["upstream"].Value);
        int[] revision = Numbers(match.Groups["revision"].Value);
        int[] key = [.. upstream, .. new int[Math.Max(0, 4 - upstream.Length)], .. revision];
        return new KernelPackage(package, match.Groups["release"].Value, $"{upstream[0]}.{upstream[1]}") { Key = key };
    }

    /// <summary>The newest package of each series, newest series first.</summary>
    public static IReadOnlyList<KernelPackage> NewestOfEachSeries(IEnumerable<string> packageNames) =>
    [
        .. packageNames.Select(Parse).OfType<KernelPackage>().GroupBy(p => p.Series).Select(g => g.Max()!).OrderDescending(),
    ];

    /// <inheritdoc/>
    public int CompareTo(KernelPackage? other)
    {
        if (other is null)
        {
            return 1;
        }

        for (int i = 0; i < Math.Max(Key.Length, other.Key.Length); i++)
        {
            int order = Key.ElementAtOrDefault(i).CompareTo(other.Key.ElementAtOrDefault(i));
            if (order != 0)
            {
                return order;
            }
        }

        return Kind.CompareTo(other.Kind);
    }

    private static int[] Numbers(string text) =>
        [.. text.Split('.', StringSplitOptions.RemoveEmptyEntries).Select(n => int.Parse(n, CultureInfo.InvariantCulture))];

    [GeneratedRegex(@"^linux-(binary-unsigned|binary|image)-(?<release>(?<upstream>\d+\.\d+(\.\d+)*)(\+deb(?<revision>\d+(\.\d+)*))?-cloud-amd64)$")]
    private static partial Regex NamePattern();
}
