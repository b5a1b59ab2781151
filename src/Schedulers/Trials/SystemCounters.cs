// SPDX-License-Identifier: GPL-2.0-only
using System.Globalization;

namespace Wd40.Schedulers.Trials;

/// <summary>Counters of the whole machine since boot that mean the same under every scheduler; null where the kernel has none.</summary>
public sealed record SystemCounters
{
    /// <summary>Time that CPUs were busy, in ticks of /proc/stat.</summary>
    public long? BusyTicks { get; init; }

    /// <summary>All time of all CPUs, in ticks of /proc/stat.</summary>
    public long? AllTicks { get; init; }

    /// <summary>Context switches.</summary>
    public long? Switches { get; init; }

    /// <summary>Time that runnable tasks waited for a CPU, ns, summed over tasks.</summary>
    public long? WaitNs { get; init; }

    /// <summary>Times that a task was given a CPU.</summary>
    public long? Runs { get; init; }

    /// <summary>Time during which at least one task waited for a CPU, us (pressure stall information).</summary>
    public long? PressureUs { get; init; }

    /// <summary>Reads them.</summary>
    /// <param name="proc">Where procfs is mounted.</param>
    public static SystemCounters Read(string proc = "/proc")
    {
        long? busy = null, all = null, switches = null, wait = null, runs = null, pressure = null;
        foreach (var words in Lines(proc, "stat"))
        {
            if (words[0] == "cpu" && Numbers(words, 8) is { } times)
            {
                // user, nice, system, idle, iowait, irq, softirq, steal
                all = times.Sum();
                busy = all - times[3] - times[4];
            }
            else if (words[0] == "ctxt" && Numbers(words, 1) is { } count)
            {
                switches = count[0];
            }
        }
        foreach (var words in Lines(proc, "schedstat"))
        {
            // The last three of a CPU's nine: time running, time waiting, runs.
            if (!words[0].StartsWith("cpu", StringComparison.Ordinal) || Numbers(words, 9) is not { } counts)
                continue;
            wait = (wait ?? 0) + counts[7];
            runs = (runs ?? 0) + counts[8];
        }
        foreach (var words in Lines(proc, "pressure/cpu"))
        {
            const string Total = "total=";
            if (words[0] == "some" && words[^1].StartsWith(Total, StringComparison.Ordinal) && Number(words[^1][Total.Length..]) is { } total)
                pressure = total;
        }
        return new SystemCounters { BusyTicks = busy, AllTicks = all, Switches = switches, WaitNs = wait, Runs = runs, PressureUs = pressure };
    }

    private static IEnumerable<string[]> Lines(string proc, string name)
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines(Path.Combine(proc, name));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // A kernel without this file, or one that refuses to read it (pressure switched off): a figure less.
            return [];
        }
        return lines.Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(words => words.Length > 1);
    }

    private static long[]? Numbers(string[] words, int count)
    {
        if (words.Length <= count)
            return null;
        var numbers = words[1..(count + 1)].Select(Number).ToArray();
        return numbers.All(number => number is not null) ? [.. numbers.Select(number => number!.Value)] : null;
    }

    private static long? Number(string word) =>
        long.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
