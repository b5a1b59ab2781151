// SPDX-License-Identifier: GPL-2.0-only
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Wd40.Tool.Statistics;

/// <summary>The text form of the statistics that --stats and --monitor print.</summary>
public static class StatsText
{
    /// <summary>Renders one answer, several lines, each with its line feed.</summary>
    /// <param name="cluster">The statistics object of the target <c>top</c>.</param>
    /// <exception cref="KeyNotFoundException">A field of ClusterStats is missing.</exception>
    /// <exception cref="InvalidOperationException">A field has another type.</exception>
    public static string Render(JsonElement cluster)
    {
        var text = new StringBuilder();
        double Float(string name) => cluster.GetProperty(name).GetDouble();
        ulong Integer(string name) => cluster.GetProperty(name).GetUInt64();
        void Line(FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');

        Line($"###### {Date(Integer("at_us"))}, {Balanced(Integer("at_us"), Integer("lb_at_us"))} ######");
        var (migrations, errors, timeUsedMs) = (Integer("nr_migrations"), Integer("task_get_err"), 1000 * Float("time_used"));
        Line($"cpu={Float("cpu_busy"),6:F2} load={Float("load"),7:F2} mig={migrations} task_err={errors} time_used={timeUsedMs:F1}ms");
        Line($"tot={Integer("total"),7} sync_prev_idle={Float("sync_prev_idle"),6:F2} wsync={Float("wake_sync"),6:F2}");
        Line($"prev_idle={Float("prev_idle"),6:F2} greedy_idle={Float("greedy_idle"),6:F2} pin={Float("pinned"),6:F2}");
        Line($"dir={Float("direct"),6:F2} dir_greedy={Float("greedy"),6:F2} dir_greedy_far={Float("greedy_far"),6:F2}");
        Line($"dsq={Float("dsq_dispatch"),6:F2} greedy_local={Float("greedy_local"),6:F2} greedy_xnuma={Float("greedy_xnuma"),6:F2}");
        Line($"kick_greedy={Float("kick_greedy"),6:F2} rep={Float("repatriate"),6:F2}");
        Line($"dl_clamp={Float("dl_clamp"),6:F2} dl_preset={Float("dl_preset"),6:F2}");
        Line($"slice={Integer("slice_us")}us");
        Line($"direct_greedy_cpus={Mask(cluster.GetProperty("direct_greedy_cpus"))}");
        Line($"kick_greedy_cpus={Mask(cluster.GetProperty("kick_greedy_cpus"))}");
        foreach (var (node, figures) in Sorted(cluster.GetProperty("nodes")))
        {
            Line($"NODE[{node:D2}] {Loads(figures)}");
            foreach (var (domain, domainFigures) in Sorted(figures.GetProperty("doms")))
                Line($" DOM[{domain:D2}] {Loads(domainFigures)}");
        }
        return text.ToString();
    }

    private static IEnumerable<(int Key, JsonElement Value)> Sorted(JsonElement map) => map.EnumerateObject()
        .Select(member => (Key: int.Parse(member.Name, CultureInfo.InvariantCulture), member.Value))
        .OrderBy(member => member.Key);

    private static string Loads(JsonElement figures) => string.Create(CultureInfo.InvariantCulture,
        $"load={figures.GetProperty("load").GetDouble(),7:F2} imbal={Signed(figures, "imbal"),7} delta={Signed(figures, "delta"),7}");

    private static string Signed(JsonElement figures, string name) =>
        figures.GetProperty(name).GetDouble().ToString("+0.00;-0.00;+0.00", CultureInfo.InvariantCulture);

    /// <summary>RFC 2822, in local time.</summary>
    private static string Date(ulong microseconds)
    {
        var date = DateTimeOffset.FromUnixTimeMilliseconds((long)(microseconds / 1000)).ToLocalTime();
        return date.ToString("ddd, dd MMM yyyy HH:mm:ss ", CultureInfo.InvariantCulture)
            + date.ToString("zzz", CultureInfo.InvariantCulture).Replace(":", "", StringComparison.Ordinal);
    }

    private static string Balanced(ulong at, ulong balancedAt) => balancedAt == 0
        ? "no load balance yet"
        : string.Create(CultureInfo.InvariantCulture, $"load balance @ {((long)balancedAt - (long)at) / 1000.0:F1}ms");

    /// <summary>Hexadecimal, the highest CPU first, without leading zeros.</summary>
    private static string Mask(JsonElement words)
    {
        var text = string.Concat(words.EnumerateArray().Reverse().Select(word => word.GetUInt64().ToString("x16", CultureInfo.InvariantCulture)));
        var trimmed = text.TrimStart('0');
        return trimmed.Length == 0 ? "0" : trimmed;
    }
}
