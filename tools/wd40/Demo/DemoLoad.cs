// SPDX-License-Identifier: GPL-2.0-only
using System.Globalization;
using System.Text.Json;

namespace Wd40.Tool.Demo;

/// <summary>
/// The mixed load of the demonstration: two CPU hogs per CPU that all begin on the first domain, a task that sleeps and measures its
/// wake-up delay, and hackbench where it is installed. Figures as defined in workloads/.
/// </summary>
/// <param name="ShareError">Mean of |got / due - 1| over the hogs, all of one weight.</param>
/// <param name="IdleShare">Idle share of all CPUs in the hogs' window.</param>
/// <param name="DelayP50">Median wake-up delay of the sleeper, ns.</param>
/// <param name="DelayP99">99th percentile of it, ns.</param>
/// <param name="HackbenchSeconds">Time of hackbench, or null without it.</param>
/// <param name="HogMoves">Moves of hogs between domains, as their last CPU shows.</param>
internal sealed record DemoLoad(double ShareError, double IdleShare, double DelayP50, double DelayP99, double? HackbenchSeconds, long HogMoves)
{
    private const string ResultMark = "@wd40-demo ";

    /// <summary>The shell line that runs the load and prints the three results, each on a marked line.</summary>
    /// <param name="files">Where wd40-load is.</param>
    /// <param name="cpus">CPUs of the machine.</param>
    /// <param name="firstDomain">CPU list of the first domain.</param>
    /// <param name="seconds">Measured window.</param>
    public static string Command(string files, int cpus, string firstDomain, int seconds)
    {
        string load = $"{files}/wd40-load";
        return string.Create(CultureInfo.InvariantCulture, $"""
            d=$(mktemp -d)
            {load} hogs --groups {2 * cpus} --start-on {firstDomain} --widen-after 0.5 --warmup 2 --seconds {seconds} >$d/hogs 2>$d/err &
            {load} timer --tasks 1 --hogs-per-cpu 0 --warmup 2 --seconds {seconds} >$d/timer 2>$d/err &
            if command -v hackbench >/dev/null; then {load} switches -- hackbench -g 1 -l 20 >$d/hackbench 2>$d/err; fi
            wait
            for f in hogs timer hackbench; do [ -s $d/$f ] && echo "{ResultMark}$f $(cat $d/$f)"; done
            rm -r $d
            """);
    }

    /// <summary>Reads what <see cref="Command"/> printed.</summary>
    /// <exception cref="FormatException">A result is missing or not what the workload program prints.</exception>
    public static DemoLoad Parse(string output)
    {
        var results = output.Split('\n').Where(line => line.StartsWith(ResultMark, StringComparison.Ordinal))
            .Select(line => line[ResultMark.Length..].Split(' ', 2))
            .ToDictionary(parts => parts[0], parts => JsonDocument.Parse(parts[1]).RootElement);
        if (!results.TryGetValue("hogs", out var hogs) || !results.TryGetValue("timer", out var timer))
            throw new FormatException($"the load left no result; its output was: {output}");
        var shares = hogs.GetProperty("groups").EnumerateArray().SelectMany(group => group.GetProperty("members").EnumerateArray())
            .Select(member => member.GetProperty("share").GetDouble()).ToArray();
        double due = shares.Average();
        var delay = timer.GetProperty("delay_ns");
        return new DemoLoad(
            shares.Average(share => Math.Abs((share / due) - 1)),
            hogs.GetProperty("idle_share").GetDouble(),
            delay.GetProperty("p50").GetDouble(),
            delay.GetProperty("p99").GetDouble(),
            results.TryGetValue("hackbench", out var hackbench) ? hackbench.GetProperty("interval_ns").GetDouble() / 1e9 : null,
            hogs.GetProperty("groups").EnumerateArray().Sum(group => group.GetProperty("moves").GetInt64()));
    }
}
