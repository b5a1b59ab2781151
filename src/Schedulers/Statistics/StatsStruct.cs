// SPDX-License-Identifier: GPL-2.0-only
using System.Text.Json;

namespace Wd40.Schedulers.Statistics;

/// <summary>An exported struct: a list of fields with what exporters need to know about it.</summary>
/// <param name="Name">Name in the metadata.</param>
/// <param name="Description">One line for users.</param>
/// <param name="Fields">Fields in the order of the wire.</param>
public sealed record StatsStruct(string Name, string Description, IReadOnlyList<StatsField> Fields)
{
    /// <summary>Whether this is the struct that a request without a target returns.</summary>
    public bool IsTop { get; init; }

    /// <summary>What exporters put before the names of the fields.</summary>
    public string? ExportPrefix { get; init; }

    /// <summary>Name of the label that holds the key, if the struct is the value of a map.</summary>
    public string? ExportLabel { get; init; }

    /// <summary>The structs reachable from here, this one first, each once.</summary>
    public IEnumerable<StatsStruct> WithNested() => Fields
        .Where(field => field.Nested is not null)
        .SelectMany(field => field.Nested!.WithNested())
        .Prepend(this)
        .DistinctBy(found => found.Name);

    /// <summary>Longest text of so many rows and everything nested in them, each with a key.</summary>
    internal int MaxBytes(StatsShape shape, int rows, int keyBytes) =>
        (rows * (2 + keyBytes + Fields.Sum(field => field.MaxBytes(shape)))) + Fields.Sum(field => field.MaxRowBytes(shape));

    internal void Write(Utf8JsonWriter json, StatsReading reading, int row)
    {
        json.WriteStartObject();
        for (var i = 0; i < Fields.Count; i++)
            Fields[i].Write(json, reading, row);
        json.WriteEndObject();
    }

    /// <summary>Writes the description that stats_meta returns.</summary>
    internal void WriteMetadata(Utf8JsonWriter json)
    {
        json.WriteStartObject(Name);
        json.WriteString("name", Name);
        if (IsTop)
            json.WriteString("top", "true");
        json.WriteString("desc", Description);
        if (ExportPrefix is not null || ExportLabel is not null)
        {
            json.WriteStartObject("user");
            if (ExportLabel is not null)
                json.WriteString("_om_label", ExportLabel);
            if (ExportPrefix is not null)
                json.WriteString("_om_prefix", ExportPrefix);
            json.WriteEndObject();
        }
        json.WriteStartObject("fields");
        foreach (var field in Fields)
            WriteMetadata(json, field);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteMetadata(Utf8JsonWriter json, StatsField field)
    {
        json.WriteStartObject(field.Name);
        if (field.Nested is not null)
        {
            json.WriteStartObject("dict");
            json.WriteString("key", field.Kind);
            json.WriteStartObject("datum");
            json.WriteString("struct", field.Nested.Name);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        else
        {
            json.WriteString(field.IsArray ? "array" : "datum", field.Kind);
        }
        json.WriteString("desc", field.Description);
        if (field.SkipExport || field.IsCounter)
        {
            json.WriteStartObject("user");
            json.WriteString(field.SkipExport ? "_om_skip" : "_om_counter", "true");
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }
}
