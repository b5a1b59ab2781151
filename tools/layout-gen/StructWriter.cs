// SPDX-License-Identifier: GPL-2.0-only
using System.Globalization;
using System.Text;
using Wd40.ArenaRuntime.Layout;

namespace Wd40.LayoutGen;

/// <summary>Text of a generated struct.</summary>
internal static class StructWriter
{
    internal static string Write(StructModel model)
    {
        var layout = model.Layout;
        var text = new StringBuilder(Names.Header);
        var name = Names.Type(layout.Name);
        text.Append("using System.Runtime.InteropServices;\n\nnamespace Wd40.ArenaRuntime.Layout;\n\n");
        Format(text, $"/// <summary>struct {layout.Name}, {layout.Size} bytes: offset, type, name and writer of each field.\n/// <code>\n");
        var width = layout.Fields.Max(field => field.Name.Length);
        var typeWidth = layout.Fields.Max(field => field.Type.Length);
        foreach (var field in layout.Fields)
        {
            var position = field.BitOffset % 8 == 0 ? $"{field.Offset}" : $"{field.Offset}.{field.BitOffset % 8}";
            var line = $"/// {position,7}  {field.Type.PadRight(typeWidth)}  {field.Name.PadRight(width)}  {field.Writer}";
            text.Append(Names.Xml(line).TrimEnd()).Append('\n');
        }
        text.Append("/// </code></summary>\n");
        Format(text, $"[StructLayout(LayoutKind.Explicit, Size = {layout.Size})]\npublic struct {name}\n{{\n");
        WriteCounters(text, layout);
        foreach (var member in model.Members.Where(member => member.Type is not null))
        {
            if (member.IsBitField)
                WriteBitField(text, member);
            else
                Format(text, $"    /// <summary>{Summary(member.Field)}</summary>\n    [FieldOffset({member.Field.Offset})]\n    public {member.Type} {Names.Pascal(member.Field.Name)};\n\n");
        }
        text.Length--;
        return text.Append("}\n").ToString();
    }

    internal static string WriteArray(uint length) => string.Create(CultureInfo.InvariantCulture, $$"""
        {{Names.Header}}using System.Runtime.CompilerServices;

        namespace Wd40.ArenaRuntime.Layout;

        /// <summary>{{length}} elements in place; converts to a span.</summary>
        [InlineArray({{length}})]
        public struct Array{{length}}<T> where T : unmanaged
        {
            private T _first;
        }

        """);

    private static string Summary(SharedField field) => Names.Xml(field.Help.Length > 0
        ? $"{char.ToUpperInvariant(field.Help[0])}{field.Help[1..]}. Written by {field.Writer}."
        : $"Written by {field.Writer}.");

    private static void WriteCounters(StringBuilder text, SharedStruct layout)
    {
        var counters = layout.Fields.Where(field => field.Unit.Length > 0).ToArray();
        if (counters.Length == 0)
            return;
        text.Append("    /// <summary>The counters in order of their offsets, as the header declares them.</summary>\n");
        text.Append("    public static IReadOnlyList<Counter> Counters { get; } =\n    [\n");
        foreach (var field in counters)
            Format(text, $"        new({Names.Literal(field.Name)}, {field.Offset}, {Names.Literal(field.Unit)}, {Names.Literal(field.Help)}, {Names.Literal(field.Export)}),\n");
        text.Append("    ];\n\n");
    }

    // The storage is the aligned unit of the field's own type that holds its bits; bit-fields are read only, since writing one is
    // a read-modify-write of its neighbours.
    private static void WriteBitField(StringBuilder text, MemberModel member)
    {
        var field = member.Field;
        var unit = member.Type is "byte" or "sbyte" ? 8u : member.Type is "short" or "ushort" ? 16u : member.Type is "long" or "ulong" ? 64u : 32u;
        var start = field.BitOffset / unit * unit;
        var storage = $"_{field.Name}";
        var unsigned = unit switch { 8 => "byte", 16 => "ushort", 32 => "uint", _ => "ulong" };
        Format(text, $"    [FieldOffset({start / 8})]\n    private {unsigned} {storage};\n\n");
        Format(text, $"    /// <summary>{Summary(field)}</summary>\n    public readonly ulong {Names.Pascal(field.Name)} => (ulong){storage} >> {field.BitOffset - start} & 0x{(field.BitSize == 64 ? ulong.MaxValue : (1ul << (int)field.BitSize) - 1):x}ul;\n\n");
    }

    private static void Format(StringBuilder text, FormattableString part) => text.Append(part.ToString(CultureInfo.InvariantCulture));
}
