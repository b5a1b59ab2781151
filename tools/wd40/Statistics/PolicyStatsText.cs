// SPDX-License-Identifier: GPL-2.0-only
using System.Globalization;
using System.Text.Json;

namespace Wd40.Tool.Statistics;

/// <summary>Statistics of the user-space core as text, one line an interval: that of scx_rustland, and what it does not have behind it.</summary>
public static class PolicyStatsText
{
    /// <summary>Whether an answer is that of a scheduler on the user-space core.</summary>
    /// <param name="metrics">The statistics object of the target <c>top</c>.</param>
    public static bool Fits(JsonElement metrics) => metrics.ValueKind == JsonValueKind.Object && metrics.TryGetProperty("nr_user_dispatches", out _);

    /// <summary>Renders one answer, with its line feed.</summary>
    /// <param name="metrics">The statistics object of the target <c>top</c>.</param>
    /// <exception cref="KeyNotFoundException">A field is missing.</exception>
    /// <exception cref="InvalidOperationException">A field has another type.</exception>
    public static string Render(JsonElement metrics)
    {
        ulong Of(string name) => metrics.GetProperty($"nr_{name}").GetUInt64();
        var waiting = metrics.GetProperty("taken_over").GetUInt64() != 0 ? "taken over" : "waiting";
        return string.Create(CultureInfo.InvariantCulture,
            $"[RustLand] tasks -> r: {Of("running"),2}/{Of("cpus"),-2} w: {Of("queued"),-2}/{Of("scheduled"),-2} | pf: {Of("page_faults"),-5} | "
            + $"dispatch -> u: {Of("user_dispatches"),-5} k: {Of("kernel_dispatches"),-5} c: {Of("cancel_dispatches"),-5} b: {Of("bounce_dispatches"),-5} "
            + $"f: {Of("failed_dispatches"),-5} | cg: {Of("sched_congested"),-5} | {waiting}: {Of("waiting"),-3} rescued: {Of("rescued"),-4} "
            + $"takeovers: {Of("takeovers")}\n");
    }
}
