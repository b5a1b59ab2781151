// SPDX-License-Identifier: GPL-2.0-only
using System.Text;
using Wd40.Schedulers;

namespace Wd40.Tool.CommandLine;

/// <summary>The name the program was called by, and the commands that names stand for.</summary>
public static class InvokedName
{
    private const string AliasPrefix = "scx_";
    private const string ProgramName = "wd40";

    /// <summary>Schedulers that a name stands for; publish.sh makes a symbolic link for each.</summary>
    private static readonly string[] _schedulers = [Wd40Scheduler.Name, RustyScheduler.Name, RustlandScheduler.Name];

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
            return ProgramName;
        }
    }

    /// <summary>The file name in the first word of a command line as /proc shows it: words that end in zero bytes.</summary>
    public static string FromCommandLine(ReadOnlySpan<byte> commandLine)
    {
        var end = commandLine.IndexOf((byte)0);
        var word = Encoding.UTF8.GetString(end < 0 ? commandLine : commandLine[..end]);
        return word[(word.LastIndexOf('/') + 1)..];
    }

    /// <summary>True when the name stands for a scheduler: <c>scx_wd40</c> for <c>run wd40</c>.</summary>
    public static bool IsSchedulerAlias(string name) => SchedulerOf(name) is not null;

    /// <summary>The words to parse: what was typed, after what the name stands for.</summary>
    public static string[] Expand(string name, IReadOnlyList<string> arguments) =>
        SchedulerOf(name) is { } scheduler ? ["run", scheduler, .. arguments] : [.. arguments];

    private static string? SchedulerOf(string name) => _schedulers.FirstOrDefault(scheduler => name == AliasPrefix + scheduler);
}
