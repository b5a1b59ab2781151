// SPDX-License-Identifier: GPL-2.0-only
using System.Globalization;
using System.Text;
using Wd40.ArenaRuntime.Layout;

namespace Wd40.LayoutGen;

/// <summary>Text of the table that a loaded object is compared with.</summary>
internal static class TableWriter
{
    internal static string Write(IEnumerable<SharedStruct> structs)
    {
        var text = new StringBuilder(Names.Header);
        text.Append("""
            namespace Wd40.ArenaRuntime.Layout;

            /// <summary>The layouts that this runtime was compiled against.</summary>
            public static class LayoutTable
            {
                /// <summary>The ABI number that objects must carry.</summary>
                public const int Abi = WdConstants.Abi;

            """);
        var all = structs.ToArray();
        var hash = Fnv1a.Hash(all.Select(layout => layout.Hash).ToArray());
        Format(text, $"\n    /// <summary>Hash of all layouts together, for the arena's header.</summary>\n    public const ulong Hash = 0x{hash:x16};\n");
        text.Append("\n    /// <summary>The layouts in order of their names.</summary>\n    public static IReadOnlyList<SharedStruct> Structs { get; } =\n    [\n");
        foreach (var layout in all)
        {
            Format(text, $"        new({Names.Literal(layout.Name)}, {layout.Size}, 0x{layout.Hash:x16},\n        [\n");
            foreach (var field in layout.Fields)
                Format(text, $"            new({Names.Literal(field.Name)}, {field.BitOffset}, {field.BitSize}, {Names.Literal(field.Type)}),\n");
            text.Append("        ]),\n");
        }
        return text.Append("    ];\n}\n").ToString();
    }

    private static void Format(StringBuilder text, FormattableString part) => text.Append(part.ToString(CultureInfo.InvariantCulture));
}
