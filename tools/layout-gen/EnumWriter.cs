// SPDX-License-Identifier: GPL-2.0-only
using System.Globalization;
using System.Numerics;
using System.Text;
using Wd40.ArenaRuntime;

namespace Wd40.LayoutGen;

/// <summary>Text of generated enums and constants.</summary>
internal static class EnumWriter
{
    // Macros come as enumerators with this prefix, because an enumerator cannot have the name of a macro.
    private const string ConstantPrefix = "wd_const_WD_";

    internal static string Write(BtfType type)
    {
        var text = new StringBuilder(Names.Header);
        text.Append("namespace Wd40.ArenaRuntime.Layout;\n\n");
        text.Append(CultureInfo.InvariantCulture, $"/// <summary>enum {type.Name}.</summary>\n");
        if (type.Name.EndsWith("_flags", StringComparison.Ordinal) && type.Enumerators.All(value => BitOperations.PopCount((ulong)value.Value) <= 1))
            text.Append("[Flags]\n");
        text.Append(CultureInfo.InvariantCulture, $"public enum {Names.Type(type.Name)}{(type.Size == 8 ? " : ulong" : "")}\n{{\n");
        var prefix = Names.CommonPrefix(type.Enumerators.Select(value => value.Name).ToArray());
        foreach (var (name, value) in type.Enumerators)
            text.Append(CultureInfo.InvariantCulture, $"    /// <summary>{name}.</summary>\n    {Names.Pascal(name[prefix..])} = {value},\n\n");
        text.Length--;
        return text.Append("}\n").ToString();
    }

    internal static string WriteConstants(IEnumerable<KeyValuePair<string, long>> constants)
    {
        var text = new StringBuilder(Names.Header);
        text.Append("namespace Wd40.ArenaRuntime.Layout;\n\n/// <summary>The integer macros of the headers in arena-bpf/include/wd40.</summary>\npublic static class WdConstants\n{\n");
        foreach (var (name, value) in constants)
        {
            var macro = name[ConstantPrefix.Length..];
            var (type, literal) = value switch
            {
                >= 0 and <= int.MaxValue => ("int", $"{value}"),
                >= 0 and <= uint.MaxValue => ("uint", $"0x{value:x}"),
                _ => ("ulong", $"0x{value:x}"),
            };
            text.Append(CultureInfo.InvariantCulture, $"    /// <summary>WD_{macro}.</summary>\n    public const {type} {Names.Pascal(macro)} = {literal};\n\n");
        }
        if (text[^2] == '\n')
            text.Length--;
        return text.Append("}\n").ToString();
    }
}
