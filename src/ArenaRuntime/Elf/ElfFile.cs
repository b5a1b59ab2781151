// SPDX-License-Identifier: GPL-2.0-only
using System.Buffers.Binary;
using System.Text;

namespace Wd40.ArenaRuntime;

/// <summary>
/// The section table of a 64-bit little-endian BPF object. Every offset is checked before it is followed: a damaged file ends in a
/// <see cref="CompositionException"/>, never in anything else.
/// </summary>
public sealed class ElfFile
{
    private const ushort RelocatableObject = 1, MachineBpf = 247;
    private const uint NoBits = 8;

    private readonly ReadOnlyMemory<byte> _bytes;

    private ElfFile(ReadOnlyMemory<byte> bytes, IReadOnlyList<ElfSection> sections)
    {
        _bytes = bytes;
        Sections = sections;
    }

    /// <summary>The sections in file order, the empty first one included.</summary>
    public IReadOnlyList<ElfSection> Sections { get; }

    /// <summary>Reads the section table.</summary>
    /// <param name="bytes">The whole file.</param>
    /// <param name="name">What to call the file in messages.</param>
    /// <exception cref="CompositionException">The file is truncated, damaged, or no BPF object.</exception>
    public static ElfFile Parse(ReadOnlyMemory<byte> bytes, string name)
    {
        var data = bytes.Span;
        if (data.Length < 4 || data[0] != 0x7f || data[1] != 'E' || data[2] != 'L' || data[3] != 'F')
            throw Foreign(name, "it is no ELF file");
        if (data.Length < HeaderSize)
            throw Truncated(name, $"the header needs {HeaderSize} bytes, the file has {data.Length}");
        if (data[4] != 2 || data[5] != 1)
            throw Foreign(name, "it is not 64-bit little-endian");
        var type = BinaryPrimitives.ReadUInt16LittleEndian(data[16..]);
        var machine = BinaryPrimitives.ReadUInt16LittleEndian(data[18..]);
        if (machine != MachineBpf)
            throw Foreign(name, $"it is for machine {machine}, not for BPF ({MachineBpf})");
        if (type != RelocatableObject)
            throw Foreign(name, $"it is of ELF type {type}, not a relocatable object");
        var tableOffset = BinaryPrimitives.ReadUInt64LittleEndian(data[40..]);
        var entrySize = BinaryPrimitives.ReadUInt16LittleEndian(data[58..]);
        var count = BinaryPrimitives.ReadUInt16LittleEndian(data[60..]);
        var namesIndex = BinaryPrimitives.ReadUInt16LittleEndian(data[62..]);
        if (entrySize != EntrySize || count == 0 || namesIndex >= count)
            throw Truncated(name, "its section table is not described");
        if (tableOffset > (ulong)data.Length || (ulong)count * EntrySize > (ulong)data.Length - tableOffset)
            throw Truncated(name, "its section table lies beyond the end of the file");
        var table = data.Slice((int)tableOffset, count * EntrySize);
        var names = Contents(data, Entry(table, namesIndex, data.Length, name));
        var sections = new ElfSection[count];
        for (var i = 0; i < count; i++)
        {
            var entry = Entry(table, i, data.Length, name);
            sections[i] = entry with { Name = NameAt(names, BinaryPrimitives.ReadUInt32LittleEndian(table[(i * EntrySize)..]), name) };
        }
        return new ElfFile(bytes, sections);
    }

    /// <summary>The bytes of the first section of that name; empty with <paramref name="found"/> false if there is none.</summary>
    public ReadOnlySpan<byte> Section(string name, out bool found)
    {
        foreach (var section in Sections)
        {
            if (section.Name != name)
                continue;
            found = true;
            return Contents(_bytes.Span, section);
        }
        found = false;
        return default;
    }

    private const int HeaderSize = 64, EntrySize = 64;

    private static ElfSection Entry(ReadOnlySpan<byte> table, int index, int fileLength, string name)
    {
        var entry = table.Slice(index * EntrySize, EntrySize);
        var type = BinaryPrimitives.ReadUInt32LittleEndian(entry[4..]);
        var offset = BinaryPrimitives.ReadUInt64LittleEndian(entry[24..]);
        var size = BinaryPrimitives.ReadUInt64LittleEndian(entry[32..]);
        if (type == NoBits || index == 0)
            return new ElfSection("", type, 0, 0);
        if (offset > (ulong)fileLength || size > (ulong)fileLength - offset)
            throw Truncated(name, $"section {index} reaches beyond the end of the file");
        return new ElfSection("", type, (int)offset, (int)size);
    }

    private static ReadOnlySpan<byte> Contents(ReadOnlySpan<byte> data, ElfSection section) => data.Slice(section.Offset, section.Size);

    private static string NameAt(ReadOnlySpan<byte> names, uint offset, string name)
    {
        if (offset >= (uint)names.Length)
            return offset == 0 ? "" : throw Truncated(name, "a section name lies outside the name table");
        var rest = names[(int)offset..];
        var end = rest.IndexOf((byte)0);
        return end < 0 ? throw Truncated(name, "a section name is not terminated") : Encoding.UTF8.GetString(rest[..end]);
    }

    private static CompositionException Foreign(string name, string why) =>
        new($"cannot use {name}: {why}", "Name a BPF object that was compiled for Wd40 (*.bpf.o).");

    private static CompositionException Truncated(string name, string why) =>
        new($"cannot use {name}: the file is truncated or damaged ({why})", "Build or copy the object again.");
}
