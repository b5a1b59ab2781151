// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime;

namespace Wd40.LayoutGen;

/// <summary>From the type information of objects to the text of C# files.</summary>
public static class Generator
{
    /// <summary>The enum that holds the headers' integer macros (see regenerate.sh).</summary>
    public const string ConstantsEnum = "wd_constants";

    /// <summary>What enums of the project are called in C.</summary>
    public const string Prefix = "wd_";

    /// <summary>Reads the objects and returns file name and text of each generated file.</summary>
    /// <exception cref="SchedulerException">An object has no type information, two objects disagree, or a field names no writer.</exception>
    public static IReadOnlyDictionary<string, string> Generate(IEnumerable<string> objects)
    {
        ArgumentNullException.ThrowIfNull(objects);
        var model = new LayoutModel();
        foreach (var path in objects)
        {
            using var btf = Btf.FromFile(path);
            model.Add(btf, path);
        }
        return Generate(model);
    }

    /// <summary>The text of each generated file.</summary>
    public static IReadOnlyDictionary<string, string> Generate(LayoutModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var layout in model.Structs.Values)
            files[$"{Names.Type(layout.Layout.Name)}.g.cs"] = StructWriter.Write(layout);
        foreach (var (name, type) in model.Enums)
            files[$"{Names.Type(name)}.g.cs"] = EnumWriter.Write(type);
        foreach (var length in model.Structs.Values.SelectMany(layout => layout.ArrayLengths).Distinct())
            files[$"Array{length}{{T}}.g.cs"] = StructWriter.WriteArray(length);
        files["WdConstants.g.cs"] = EnumWriter.WriteConstants(model.Constants);
        files["LayoutTable.g.cs"] = TableWriter.Write(model.Structs.Values.Select(layout => layout.Layout));
        return files;
    }
}
