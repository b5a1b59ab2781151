// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime;
using Wd40.ArenaRuntime.Layout;

namespace Wd40.LayoutGen;

/// <summary>What all objects together say: shared structs, enums and constants by C name.</summary>
public sealed class LayoutModel
{
    private readonly Dictionary<string, string> _sources = new(StringComparer.Ordinal);

    /// <summary>Shared structs and what they embed.</summary>
    public SortedDictionary<string, StructModel> Structs { get; } = new(StringComparer.Ordinal);

    /// <summary>Enums whose name begins with wd_.</summary>
    public SortedDictionary<string, BtfType> Enums { get; } = new(StringComparer.Ordinal);

    /// <summary>Integer macros of the headers.</summary>
    public SortedDictionary<string, long> Constants { get; } = new(StringComparer.Ordinal);

    /// <summary>Adds what one object says.</summary>
    /// <exception cref="SchedulerException">It contradicts another object, or a field names no writer.</exception>
    public void Add(Btf btf, string source)
    {
        ArgumentNullException.ThrowIfNull(btf);
        var reader = new LayoutReader(btf);
        foreach (var type in btf.OfKind(BtfKind.Struct).Where(type => reader.Tags(type.Id, -1).Contains(LayoutReader.SharedTag)))
            AddStruct(btf, reader, type, source);
        foreach (var type in btf.OfKind(BtfKind.Enum).Concat(btf.OfKind(BtfKind.Enum64)))
        {
            if (type.Name == Generator.ConstantsEnum)
                AddConstants(type);
            else if (type.Name.StartsWith(Generator.Prefix, StringComparison.Ordinal))
                AddEnum(type, source);
        }
    }

    private void AddStruct(Btf btf, LayoutReader reader, BtfType type, string source)
    {
        var layout = reader.Read(type);
        if (Structs.TryGetValue(layout.Name, out var known))
        {
            if (LayoutCheck.Difference(known.Layout, layout) is { } difference)
                throw new SchedulerException(ExitCode.LayoutMismatch, $"struct {layout.Name} differs between {_sources[layout.Name]} and {source}: {difference}",
                    "Compile all objects from the same headers, and give different structs different names.");
            return;
        }
        if (layout.Fields.FirstOrDefault(field => field.Writer.Length == 0) is { } orphan)
            throw new SchedulerException(ExitCode.LayoutMismatch, $"field {orphan.Name} of struct {layout.Name} names no writer",
                "Add WD_WRITER(\"...\") to the field in the header.");
        _sources[layout.Name] = source;
        var types = new TypeMapper(btf, reader);
        var members = types.Members(type, layout.Fields);
        Structs[layout.Name] = new StructModel(layout, members) { ArrayLengths = types.ArrayLengths.ToArray() };
        foreach (var nested in types.Nested.Where(nested => !reader.Tags(nested.Id, -1).Contains(LayoutReader.SharedTag)))
            throw new SchedulerException(ExitCode.LayoutMismatch, $"struct {layout.Name} embeds {nested.Name}, which is not shared",
                $"Mark struct {nested.Name} with __wd_shared in its header.");
    }

    private void AddEnum(BtfType type, string source)
    {
        if (!Enums.TryAdd(type.Name, type) && !Enums[type.Name].Enumerators.SequenceEqual(type.Enumerators))
            throw new SchedulerException(ExitCode.LayoutMismatch, $"enum {type.Name} in {source} differs from that of another object", "Compile all objects from the same headers.");
    }

    private void AddConstants(BtfType type)
    {
        foreach (var (name, value) in type.Enumerators)
            Constants[name] = value;
    }
}
