// SPDX-License-Identifier: GPL-2.0-only
using System.Reflection;

namespace Wd40.HostTests;

/// <summary>The source tree that the tests were built from.</summary>
internal static class SourceTree
{
    /// <summary>Its root.</summary>
    public static string Root { get; } = typeof(SourceTree).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .First(attribute => attribute.Key == "RepoRoot").Value is { } root && File.Exists(Path.Combine(root, "Wd40.sln"))
            ? root
            : throw new DirectoryNotFoundException("the source tree that these tests were built from is gone: build them again where it is now");

    /// <summary>Files below a folder of the tree, those that a build leaves excluded; paths from the root.</summary>
    public static IEnumerable<string> Files(string folder, params string[] extensions) => Directory
        .EnumerateFiles(Path.Combine(Root, folder), "*", SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(Root, path))
        .Where(path => extensions.Contains(Path.GetExtension(path)) && !path.Split('/').Any(part => part is "bin" or "obj" or "artifacts"))
        .Order(StringComparer.Ordinal);

    /// <summary>A file without its comments; line breaks are kept.</summary>
    public static string[] Code(string path)
    {
        var text = File.ReadAllText(Path.Combine(Root, path));
        text = System.Text.RegularExpressions.Regex.Replace(text, @"/\*.*?\*/|//[^\n]*", match => new string('\n', match.Value.Count(c => c == '\n')),
            System.Text.RegularExpressions.RegexOptions.Singleline);
        return text.Split('\n');
    }
}
