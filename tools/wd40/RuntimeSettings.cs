// SPDX-License-Identifier: GPL-2.0-only
using System.Globalization;
using Wd40.ArenaRuntime;

namespace Wd40.Tool;

/// <summary>
/// Settings of the .NET runtime that only its environment can give; those that a file can give stand in the project file. A process that runs a scheduler
/// starts itself anew with them, once, before anything else. What the user has set stays. docs/debugging.md says what was measured of each.
/// </summary>
public static class RuntimeSettings
{
    /// <summary>0 switches debugger, profiler and event pipe off, with their three threads and their files in the directory for temporary files.</summary>
    private const string Diagnostics = "DOTNET_EnableDiagnostics";

    /// <summary>
    /// 0: code that is compiled at run time stands in memory of the process's own. Else it stands in shared memory, into which a debugger cannot write its breakpoints.
    /// </summary>
    private const string WriteXorExecute = "DOTNET_EnableWriteXorExecute";

    /// <summary>Holds the number of the process that has started itself anew: it never does so twice, and what it starts is not taken for it.</summary>
    private const string Marker = "WD40_STARTED_ANEW";

    private const string DebuggableOption = "--debuggable";

    /// <summary>With these, <c>run</c> runs no scheduler. Each also with its value behind <c>=</c> or <c>:</c>.</summary>
    private static readonly string[] _runNothing = ["--help", "-h", "-?", "--version", "--help-stats", "--dry-run", "--monitor"];

    /// <summary>What the runtime leaves in the directory for temporary files while diagnostics are on; the process's number follows.</summary>
    private static readonly string[] _leftBehind = ["dotnet-diagnostic-", "clr-debug-pipe-"];

    /// <summary>What contradicts --debuggable in the environment, or null.</summary>
    /// <param name="debuggable">Whether --debuggable was given.</param>
    /// <param name="variable">Value of a variable by name, or null.</param>
    public static string? Contradiction(bool debuggable, Func<string, string?> variable)
    {
        ArgumentNullException.ThrowIfNull(variable);
        return debuggable && variable(Diagnostics) is { } value
            && uint.TryParse(value, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number) && number == 0
            ? $"{DebuggableOption} needs the runtime's diagnostics, and {Diagnostics}={value} in the environment has switched them off: "
                + $"unset it, and give {DebuggableOption} on the command line, not in a response file"
            : null;
    }

    /// <summary>What has to be added to the environment; nothing when the process goes on as it is.</summary>
    /// <param name="words">The command line. It has not been parsed: what is wrong with it is said later.</param>
    /// <param name="variable">Value of a variable by name, or null.</param>
    /// <param name="process">Number of this process.</param>
    public static IReadOnlyList<KeyValuePair<string, string>> Missing(IReadOnlyList<string> words, Func<string, string?> variable, int process)
    {
        ArgumentNullException.ThrowIfNull(words);
        ArgumentNullException.ThrowIfNull(variable);
        if (words.Count < 2 || words[0] != "run")
            return [];
        var setting = Diagnostics;
        foreach (var word in words)
        {
            if (Array.IndexOf(_runNothing, word.Split('=', ':')[0]) >= 0)
                return [];
            if (word == DebuggableOption)
                setting = WriteXorExecute;
        }
        var number = process.ToString(CultureInfo.InvariantCulture);
        return variable(setting) is not null || variable(Marker) == number ? [] : [new(setting, "0"), new(Marker, number)];
    }

    /// <summary>Starts this process anew where its environment lacks a setting; then it does not return.</summary>
    /// <param name="words">The command line.</param>
    /// <returns>Why the process goes on without the settings; null: it has them, or needs none.</returns>
    public static string? Apply(IReadOnlyList<string> words)
    {
        var missing = Missing(words, Environment.GetEnvironmentVariable, Environment.ProcessId);
        if (missing.Count == 0)
            return null;
        RemoveLeftBehind();
        return ProcessImage.TryRestart(missing);
    }

    /// <summary>Deletes what the runtime would have deleted at its end, which does not come: nobody will listen there any more.</summary>
    private static void RemoveLeftBehind()
    {
        foreach (var kind in _leftBehind)
        {
            try
            {
                foreach (var file in Directory.EnumerateFiles(Path.GetTempPath(), string.Create(CultureInfo.InvariantCulture, $"{kind}{Environment.ProcessId}-*")))
                    File.Delete(file);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                // A file that nobody listens at does no harm.
            }
        }
    }
}
