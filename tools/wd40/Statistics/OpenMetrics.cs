// SPDX-License-Identifier: GPL-2.0-only
using System.Text;
using System.Text.Json;

namespace Wd40.Tool.Statistics;

/// <summary>
/// OpenMetrics text of any scheduler's statistics, made from what its server says of itself: metric names are those of the exporter script
/// that comes with scx_stats (prefix of the struct, name of the field; keys of maps are labels). Lists and texts are left out. Fields that
/// the server marks with <c>_om_counter</c> are counters since its start; all others are gauges, taken from the time since the client's
/// previous request.
/// </summary>
public sealed class OpenMetrics
{
    private readonly JsonElement _structs;
    private readonly string _top;

    /// <summary>Prepares for one server.</summary>
    /// <param name="metadata">Its answer to <c>stats_meta</c>.</param>
    /// <exception cref="StatsRefusedException">No struct is the topmost one.</exception>
    public OpenMetrics(JsonElement metadata)
    {
        _structs = metadata;
        _top = metadata.EnumerateObject().Where(found => found.Value.TryGetProperty("top", out _)).Select(found => found.Name).FirstOrDefault()
            ?? throw new StatsRefusedException("the server describes no struct as the topmost one");
    }

    /// <summary>Renders one exposition, with its end mark.</summary>
    /// <param name="recent">The statistics since the client's previous request.</param>
    /// <param name="total">The same with counters since the server's start.</param>
    /// <exception cref="StatsRefusedException">Two fields have one metric name, or a map has no label.</exception>
    public string Render(JsonElement recent, JsonElement total)
    {
        var families = new Dictionary<string, Family>(StringComparer.Ordinal);
        Collect(_top, recent, total, "", families);
        var text = new StringBuilder();
        foreach (var (name, family) in families)
        {
            text.Append("# TYPE ").Append(name).Append(family.IsCounter ? " counter\n" : " gauge\n");
            if (family.Help.Length > 0)
                text.Append("# HELP ").Append(name).Append(' ').Append(Escape(family.Help)).Append('\n');
            text.Append(family.Samples);
        }
        return text.Append("# EOF\n").ToString();
    }

    private void Collect(string name, JsonElement recent, JsonElement total, string labels, Dictionary<string, Family> families)
    {
        var description = _structs.GetProperty(name);
        var prefix = Attribute(description, "_om_prefix") ?? "";
        foreach (var field in description.GetProperty("fields").EnumerateObject())
        {
            if (Attribute(field.Value, "_om_skip") is not null || !recent.TryGetProperty(field.Name, out var value))
                continue;
            if (field.Value.TryGetProperty("dict", out var map))
                CollectMap(field.Name, map, value, total.GetProperty(field.Name), labels, families);
            else if (field.Value.TryGetProperty("datum", out var kind) && kind.ValueKind == JsonValueKind.String && kind.GetString() != "string")
                Add(name, prefix + field.Name, field.Value, value, total.GetProperty(field.Name), labels, families);
        }
    }

    private void CollectMap(string field, JsonElement map, JsonElement recent, JsonElement total, string labels, Dictionary<string, Family> families)
    {
        var datum = map.GetProperty("datum");
        if (datum.ValueKind != JsonValueKind.Object)
            return;
        var nested = datum.GetProperty("struct").GetString()!;
        var label = Attribute(_structs.GetProperty(nested), "_om_label")
            ?? throw new StatsRefusedException($"the server gives no label for the keys of {field}");
        foreach (var row in recent.EnumerateObject())
        {
            // A row that came between the two requests has no totals yet.
            if (total.TryGetProperty(row.Name, out var totals))
                Collect(nested, row.Value, totals, $"{labels}{(labels.Length > 0 ? "," : "")}{label}=\"{Escape(row.Name)}\"", families);
        }
    }

    private static void Add(string owner, string name, JsonElement description, JsonElement recent, JsonElement total, string labels,
        Dictionary<string, Family> families)
    {
        if (!families.TryGetValue(name, out var family))
        {
            var help = description.TryGetProperty("desc", out var text) ? text.GetString()! : "";
            families[name] = family = new Family(owner, help, Attribute(description, "_om_counter") is not null);
        }
        if (family.Owner != owner)
            throw new StatsRefusedException($"{family.Owner} and {owner} both have a metric {name}");
        var value = family.IsCounter ? total : recent;
        family.Samples.Append(name);
        if (family.IsCounter)
            family.Samples.Append("_total");
        if (labels.Length > 0)
            family.Samples.Append('{').Append(labels).Append('}');
        // As the server wrote it: a 64-bit count must not go through a double.
        family.Samples.Append(' ').Append(value.ValueKind == JsonValueKind.Number ? value.GetRawText() : "NaN").Append('\n');
    }

    private static string? Attribute(JsonElement description, string name) =>
        description.TryGetProperty("user", out var user) && user.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static string Escape(string text) => text
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal);

    /// <summary>All samples of one name: the format wants them together.</summary>
    private sealed record Family(string Owner, string Help, bool IsCounter)
    {
        internal StringBuilder Samples { get; } = new();
    }
}
