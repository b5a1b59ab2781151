// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.LayoutGen;

/// <summary>The generated files on disk: writing and comparing them.</summary>
public static class GeneratedFiles
{
    private const string Pattern = "*.g.cs";

    /// <summary>Writes what changed and removes what is no longer generated.</summary>
    public static (int Written, int Removed) Write(IReadOnlyDictionary<string, string> files, string directory)
    {
        ArgumentNullException.ThrowIfNull(files);
        Directory.CreateDirectory(directory);
        var written = 0;
        foreach (var (name, text) in files)
        {
            var path = Path.Combine(directory, name);
            if (File.Exists(path) && File.ReadAllText(path) == text)
                continue;
            File.WriteAllText(path, text);
            written++;
        }
        var stale = Stale(files, directory);
        foreach (var name in stale)
            File.Delete(Path.Combine(directory, name));
        return (written, stale.Count);
    }

    /// <summary>One line per file that differs, is missing or should not be there.</summary>
    public static IReadOnlyList<string> Compare(IReadOnlyDictionary<string, string> files, string directory)
    {
        ArgumentNullException.ThrowIfNull(files);
        var differences = new List<string>();
        foreach (var (name, text) in files)
        {
            var path = Path.Combine(directory, name);
            if (!File.Exists(path))
                differences.Add($"{name} is missing");
            else if (FirstDifference(File.ReadAllLines(path), text.Split('\n')) is { } line)
                differences.Add($"{name} differs at line {line}");
        }
        differences.AddRange(Stale(files, directory).Select(name => $"{name} is no longer generated"));
        return differences;
    }

    private static int? FirstDifference(string[] committed, string[] generated)
    {
        // The text ends with a newline, so the split leaves one empty line more than ReadAllLines.
        var lines = generated[..^1];
        for (var i = 0; i < Math.Max(committed.Length, lines.Length); i++)
        {
            if (i >= committed.Length || i >= lines.Length || committed[i] != lines[i])
                return i + 1;
        }
        return null;
    }

    private static List<string> Stale(IReadOnlyDictionary<string, string> files, string directory) => Directory.Exists(directory)
        ? Directory.EnumerateFiles(directory, Pattern).Select(path => Path.GetFileName(path)!).Where(name => !files.ContainsKey(name)).Order(StringComparer.Ordinal).ToList()
        : [];
}
