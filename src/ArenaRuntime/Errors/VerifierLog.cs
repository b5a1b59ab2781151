// SPDX-License-Identifier: GPL-2.0-only
using System.Text;

namespace Wd40.ArenaRuntime;

/// <summary>Finds the lines of a verifier log that matter. Their wording differs between kernel series, their place does not.</summary>
internal static class VerifierLog
{
    private const string Begin = "-- BEGIN PROG LOAD LOG --", End = "-- END PROG LOAD LOG --";
    private const int Shown = 6;

    /// <summary>The program's name and the last meaningful lines; null if <paramref name="log"/> holds no verifier log.</summary>
    internal static string? Summarize(string log)
    {
        var begin = log.IndexOf(Begin, StringComparison.Ordinal);
        if (begin < 0)
            return null;
        var end = log.IndexOf(End, begin, StringComparison.Ordinal);
        var body = end < 0 ? log[(begin + Begin.Length)..] : log[(begin + Begin.Length)..end];
        var lines = body.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        // "processed N insns" closes the log; a last line "libbpf: prog 'x': " precedes the END mark.
        var last = Array.FindLastIndex(lines, line => line.StartsWith("processed ", StringComparison.Ordinal));
        var meaningful = lines.Take(last < 0 ? lines.Length : last).Where(line => !line.StartsWith("libbpf:", StringComparison.Ordinal)).ToArray();
        var text = new StringBuilder();
        text.Append("verifier rejected program ").Append(ProgramName(log, begin)).Append(':');
        if (meaningful.Length > Shown)
            text.AppendLine().Append($"  ({meaningful.Length - Shown} line(s) omitted)");
        foreach (var line in meaningful.TakeLast(Shown))
            text.AppendLine().Append("  ").Append(line);
        return text.ToString();
    }

    /// <summary>Writes the whole log to a file of its own in the temporary directory; null if that fails.</summary>
    internal static string? Save(string log)
    {
        try
        {
            var directory = Directory.CreateTempSubdirectory("wd40-verifier-");
            var path = Path.Combine(directory.FullName, "verifier.log");
            File.WriteAllText(path, log);
            return path;
        }
        catch (IOException)
        {
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string ProgramName(string log, int before)
    {
        const string mark = "prog '";
        var start = log.LastIndexOf(mark, before, StringComparison.Ordinal);
        if (start < 0)
            return "(unknown)";
        start += mark.Length;
        var end = log.IndexOf('\'', start);
        return end < 0 ? "(unknown)" : log[start..end];
    }
}
