// SPDX-License-Identifier: GPL-2.0-only
using System.Text.Json;

namespace Wd40.Schedulers.Statistics;

/// <summary>One exported field: its name, type, description and the value, declared in one place.</summary>
public sealed class StatsField
{
    /// <summary>Longest text of a number: a double needs 24 characters and perhaps ".0".</summary>
    private const int NumberBytes = 26;

    private readonly JsonEncodedText _encodedName;
    private readonly Action<Utf8JsonWriter, StatsReading, int> _write;
    private readonly Func<StatsShape, int> _valueBytes;
    private Func<StatsShape, int>? _rows;

    private StatsField(string name, string kind, string description,
        Action<Utf8JsonWriter, StatsReading, int> write, Func<StatsShape, int> valueBytes)
    {
        Name = name;
        Kind = kind;
        Description = description;
        _encodedName = JsonEncodedText.Encode(name);
        _write = write;
        _valueBytes = valueBytes;
    }

    /// <summary>Name on the wire.</summary>
    public string Name { get; }

    /// <summary>Kind of a value: <c>u64</c> or <c>float</c>; for a map the kind of its key.</summary>
    public string Kind { get; }

    /// <summary>One line for users, units included.</summary>
    public string Description { get; }

    /// <summary>True for a list of values.</summary>
    public bool IsArray { get; private init; }

    /// <summary>Whether exporters skip the field.</summary>
    public bool SkipExport { get; private init; }

    /// <summary>Whether the value only grows, so that exporters may serve it as a counter.</summary>
    public bool IsCounter { get; private init; }

    /// <summary>The struct of the values, if the field is a map.</summary>
    public StatsStruct? Nested { get; private init; }

    /// <summary>Type as --help-stats prints it: <c>u64</c>, <c>[u64]</c>, <c>{u64:NodeStats}</c>.</summary>
    public string TypeText => Nested is not null ? $"{{{Kind}:{Nested.Name}}}" : IsArray ? $"[{Kind}]" : Kind;

    /// <summary>An integer; the getter receives the reading and the row of the struct.</summary>
    internal static StatsField Integer(string name, string description, Func<StatsReading, int, ulong> value) =>
        new(name, "u64", description, (json, reading, row) => json.WriteNumberValue(value(reading, row)), _ => NumberBytes);

    /// <summary>A count of events; the getter receives the reading and the row of the struct.</summary>
    internal static StatsField Count(string name, string description, Func<StatsReading, int, ulong> value) =>
        new(name, "u64", description, (json, reading, row) => json.WriteNumberValue(value(reading, row)), _ => NumberBytes) { IsCounter = true };

    /// <summary>A float; the getter receives the reading and the row of the struct.</summary>
    internal static StatsField Float(string name, string description, Func<StatsReading, int, double> value) =>
        new(name, "float", description, (json, reading, row) => StatsJson.WriteFloat(json, value(reading, row)), _ => NumberBytes);

    /// <summary>A bitmap of CPUs.</summary>
    internal static StatsField Words(string name, string description, Func<StatsReading, ulong[]> words)
    {
        void Write(Utf8JsonWriter json, StatsReading reading, int row)
        {
            json.WriteStartArray();
            foreach (var word in words(reading))
                json.WriteNumberValue(word);
            json.WriteEndArray();
        }

        return new StatsField(name, "u64", description, Write, shape => 2 + (shape.MaskWords * NumberBytes)) { IsArray = true, SkipExport = true };
    }

    /// <summary>A map from number to struct.</summary>
    /// <param name="name">Name on the wire.</param>
    /// <param name="description">One line for users.</param>
    /// <param name="nested">Struct of the values.</param>
    /// <param name="rows">How many rows there are, in all enclosing structs together.</param>
    /// <param name="belongs">Whether a row (third argument) belongs to the enclosing struct's row (second).</param>
    internal static StatsField Map(string name, string description, StatsStruct nested,
        Func<StatsShape, int> rows, Func<StatsReading, int, int, bool> belongs)
    {
        void Write(Utf8JsonWriter json, StatsReading reading, int parent)
        {
            json.WriteStartObject();
            var count = rows(reading.Shape);
            for (var row = 0; row < count; row++)
            {
                if (!belongs(reading, parent, row))
                    continue;
                StatsJson.WriteKey(json, (uint)row);
                nested.Write(json, reading, row);
            }
            json.WriteEndObject();
        }

        return new StatsField(name, "u64", description, Write, _ => 2) { Nested = nested, _rows = rows };
    }

    /// <summary>Longest text of the field itself, the rows of a map left out.</summary>
    internal int MaxBytes(StatsShape shape) => Name.Length + 4 + _valueBytes(shape);

    /// <summary>Longest text of all rows of a map, however they are spread over the enclosing structs.</summary>
    internal int MaxRowBytes(StatsShape shape) => _rows is null ? 0 : Nested!.MaxBytes(shape, _rows(shape), NumberBytes);

    internal void Write(Utf8JsonWriter json, StatsReading reading, int row)
    {
        json.WritePropertyName(_encodedName);
        _write(json, reading, row);
    }
}
