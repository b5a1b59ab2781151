// SPDX-License-Identifier: GPL-2.0-only
using Wd40.Schedulers.Statistics;

namespace Wd40.Tool.Statistics;

/// <summary>--help-stats: what the statistics mean, without a socket or privileges.</summary>
public static class StatsHelp
{
    /// <summary>Describes a struct and those nested in it.</summary>
    /// <param name="top">The struct of the target <c>top</c>.</param>
    /// <param name="output">Receives the text.</param>
    public static void Print(StatsStruct top, TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(top);
        ArgumentNullException.ThrowIfNull(output);
        var structs = top.WithNested().ToList();
        var fields = structs.SelectMany(found => found.Fields).ToList();
        var structWidth = structs.Max(found => found.Name.Length);
        var fieldWidth = fields.Max(field => field.Name.Length);
        var typeWidth = fields.Max(field => Type(field).Length);
        for (var i = 0; i < structs.Count; i++)
        {
            if (i > 0)
                output.WriteLine();
            output.WriteLine($"[{structs[i].Name.PadRight(structWidth)}] {structs[i].Description}".TrimEnd());
            foreach (var field in structs[i].Fields.OrderBy(field => field.Name, StringComparer.Ordinal))
                output.WriteLine($"  {field.Name.PadRight(fieldWidth)} {Type(field).PadRight(typeWidth)} : {field.Description}");
        }
    }

    private static string Type(StatsField field) => $"({field.TypeText})";
}
