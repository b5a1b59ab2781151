// SPDX-License-Identifier: GPL-2.0-only
using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Wd40.UnitTests.ArenaRuntime;

/// <summary>Builds small ELF files of relocatable BPF code, right ones and wrong ones.</summary>
internal static class ElfBuilder
{
    private const int HeaderSize = 64, EntrySize = 64;

    /// <summary>An ELF file with the given sections.</summary>
    public static byte[] Build(params (string Name, string Text)[] sections)
    {
        var names = new StringBuilder("\0");
        var contents = new List<(int Name, byte[] Bytes)>();
        foreach (var (name, text) in sections)
        {
            contents.Add((names.Length, Encoding.UTF8.GetBytes(text)));
            names.Append(name).Append('\0');
        }
        contents.Add((names.Length, Encoding.UTF8.GetBytes(names.Append(".shstrtab\0").ToString())));
        var table = HeaderSize + contents.Sum(content => content.Bytes.Length);
        var file = new byte[table + EntrySize * (contents.Count + 1)];
        "\u007fELF\u0002\u0001\u0001"u8.CopyTo(file);
        Write16(file, 16, 1);
        Write16(file, 18, 247);
        BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(40), (ulong)table);
        Write16(file, 58, EntrySize);
        Write16(file, 60, (ushort)(contents.Count + 1));
        Write16(file, 62, (ushort)contents.Count);
        var offset = HeaderSize;
        for (var i = 0; i < contents.Count; i++)
        {
            var entry = file.AsSpan(table + EntrySize * (i + 1));
            BinaryPrimitives.WriteUInt32LittleEndian(entry, (uint)contents[i].Name);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[4..], 1);
            BinaryPrimitives.WriteUInt64LittleEndian(entry[24..], (ulong)offset);
            BinaryPrimitives.WriteUInt64LittleEndian(entry[32..], (ulong)contents[i].Bytes.Length);
            contents[i].Bytes.CopyTo(file, offset);
            offset += contents[i].Bytes.Length;
        }
        return file;
    }

    /// <summary>A module with a manifest and layout stamps.</summary>
    public static byte[] Module(string name, string slot, int abi = Wd40.ArenaRuntime.Layout.LayoutTable.Abi, params (string Struct, ulong Hash)[] layouts) => Build(
        (".wd40.module", $"name={name} slot={slot} abi={abi.ToString(CultureInfo.InvariantCulture)}\n"),
        (".wd40.layout", string.Concat(layouts.Select(layout => string.Create(CultureInfo.InvariantCulture, $"struct {layout.Struct} {layout.Hash:x16}\n")))));

    private static void Write16(byte[] file, int offset, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(offset), value);
}
