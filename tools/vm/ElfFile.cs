// SPDX-License-Identifier: GPL-2.0-only
using System.Buffers.Binary;
using System.Text;

namespace Wd40.Vm;

/// <summary>Sections of a 64-bit little-endian ELF file.</summary>
internal sealed class ElfFile
{
    private readonly byte[] _bytes;
    private readonly Dictionary<string, (int Offset, int Length)> _sections = [];

    /// <summary>Reads the section headers.</summary>
    /// <exception cref="InvalidDataException">It is no such file.</exception>
    public ElfFile(byte[] bytes)
    {
        _bytes = bytes;
        if (!IsElf64(bytes))
        {
            throw new InvalidDataException("no 64-bit little-endian ELF file");
        }

        int table = (int)BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(0x28));
        int entry = BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(0x3A));
        int count = BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(0x3C));
        int names = BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(0x3E));
        if (count == 0)
        {
            return;
        }

        (int namesOffset, _) = Extent(table + (names * entry));
        for (int i = 0; i < count; i++)
        {
            int at = table + (i * entry);
            string name = Text(namesOffset + BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at)));
            _sections[name] = Extent(at);
        }
    }

    /// <summary>True when the bytes begin like such a file.</summary>
    public static bool IsElf64(ReadOnlySpan<byte> bytes) => bytes.Length > 64 && bytes[..6] is [0x7F, (byte)'E', (byte)'L', (byte)'F', 2, 1];

    /// <summary>A section's content; empty when there is none of that name.</summary>
    public ReadOnlySpan<byte> Section(string name) =>
        _sections.TryGetValue(name, out (int Offset, int Length) extent) ? _bytes.AsSpan(extent.Offset, extent.Length) : default;

    /// <summary>The shared libraries that the dynamic linker has to find.</summary>
    public IReadOnlyList<string> NeededLibraries()
    {
        const long needed = 1;
        List<string> libraries = [];
        if (!_sections.TryGetValue(".dynstr", out (int Offset, int Length) strings))
        {
            return libraries;
        }

        ReadOnlySpan<byte> dynamic = Section(".dynamic");
        for (int at = 0; at + 16 <= dynamic.Length; at += 16)
        {
            if (BinaryPrimitives.ReadInt64LittleEndian(dynamic[at..]) == needed)
            {
                libraries.Add(Text(strings.Offset + (int)BinaryPrimitives.ReadInt64LittleEndian(dynamic[(at + 8)..])));
            }
        }

        return libraries;
    }

    private (int Offset, int Length) Extent(int header) =>
        ((int)BinaryPrimitives.ReadInt64LittleEndian(_bytes.AsSpan(header + 0x18)), (int)BinaryPrimitives.ReadInt64LittleEndian(_bytes.AsSpan(header + 0x20)));

    private string Text(int at)
    {
        ReadOnlySpan<byte> rest = _bytes.AsSpan(at);
        return Encoding.ASCII.GetString(rest[..rest.IndexOf((byte)0)]);
    }
}
