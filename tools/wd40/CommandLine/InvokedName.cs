// SPDX-License-Identifier: GPL-2.0-only
using System.Text;

namespace Wd40.Tool.CommandLine;

/// <summary>The name the program was called by, and the commands that names stand for.</summary>
public static class InvokedName
{
    private const string AliasPrefix = "scx_";
    private const string SchedulerName = "wd40";

    /// <summary>
    /// The first word of /proc/self/cmdline without its directory. Environment.ProcessPath is of no use here: a
    /// single-file program started through a symbolic link sees the resolved path there.
    /// </summary>
    public static string Read()
    {
        try
        {
            return FromCommandLine(File.ReadAllBytes("/proc/self/cmdline"));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Without /proc there is no way to tell; the plain name is the safe answer.
            return SchedulerName;
        }
    }

    /// <summary>The file name in the first word of a command line as /proc shows it: words that end in zero bytes.</summary>
    public static string FromCommandLine(ReadOnlySpan<byte> commandLine)
    {
        var end = commandLine.IndexOf((byte)0);
        var word = Encoding.UTF8.GetString(end < 0 ? commandLine : commandLine[..end]);
        return word[(word.LastIndexOf('/') + 1)..];
    }

    /// <summary>True when the name stands for <c>run wd40</c>.</summary>
    public static bool IsSchedulerAlias(string name) => name == AliasPrefix + SchedulerName;

    /// <summary>The words to parse: what was typed, after what the name stands for.</summary>
    public static string[] Expand(string name, IReadOnlyList<string> arguments) =>
        IsSchedulerAlias(name) ? ["run", SchedulerName, .. arguments] : [.. arguments];
}
