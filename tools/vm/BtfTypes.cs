// SPDX-License-Identifier: GPL-2.0-only
using System.Buffers.Binary;
using System.Text;

namespace Wd40.Vm;

/// <summary>Names of the structs and functions in a BTF section: enough to judge a kernel that is not running.</summary>
internal sealed class BtfTypes
{
    private const int KindInt = 1, KindArray = 3, KindStruct = 4, KindUnion = 5, KindEnum = 6, KindFunc = 12, KindFuncProto = 13,
        KindVar = 14, KindDatasec = 15, KindDeclTag = 17, KindEnum64 = 19;

    private readonly HashSet<string> _structs = [];

    /// <summary>Reads a BTF section.</summary>
    /// <exception cref="InvalidDataException">It is damaged or of an unknown form.</exception>
    public BtfTypes(ReadOnlySpan<byte> section)
    {
        if (section.Length < 24 || (Word(section, 0) & 0xFFFFFF) != 0x01EB9F)
        {
            throw new InvalidDataException("no BTF of version 1 (little endian)");
        }

        int header = (int)Word(section, 4);
        ReadOnlySpan<byte> types = section.Slice(header + (int)Word(section, 8), (int)Word(section, 12));
        ReadOnlySpan<byte> strings = section.Slice(header + (int)Word(section, 16), (int)Word(section, 20));

        List<int> offsets = [0];
        for (int at = 0; at < types.Length; at += 12 + TrailerLength(types, at))
        {
            offsets.Add(at);
        }

        List<BtfFunction> functions = [];
        foreach (int at in offsets.Skip(1))
        {
            int kind = Kind(types, at);
            if (kind == KindStruct)
            {
                _structs.Add(Text(strings, Word(types, at)));
            }
            else if (kind == KindFunc)
            {
                int prototype = offsets[(int)Word(types, at + 8)];
                string[] parameters = Kind(types, prototype) == KindFuncProto ? new string[Count(types, prototype)] : [];
                for (int i = 0; i < parameters.Length; i++)
                {
                    parameters[i] = Text(strings, Word(types, prototype + 12 + (8 * i)));
                }

                functions.Add(new BtfFunction(Text(strings, Word(types, at)), parameters));
            }
        }

        Functions = functions;
    }

    /// <summary>All functions with the names of their parameters.</summary>
    public IReadOnlyList<BtfFunction> Functions { get; }

    /// <summary>True when a struct of this name exists.</summary>
    public bool HasStruct(string name) => _structs.Contains(name);

    private static int Kind(ReadOnlySpan<byte> types, int at) => (int)(Word(types, at + 4) >> 24) & 0x1F;

    private static int Count(ReadOnlySpan<byte> types, int at) => (int)Word(types, at + 4) & 0xFFFF;

    private static int TrailerLength(ReadOnlySpan<byte> types, int at) => Kind(types, at) switch
    {
        KindInt or KindVar or KindDeclTag => 4,
        KindArray => 12,
        KindStruct or KindUnion or KindDatasec or KindEnum64 => 12 * Count(types, at),
        KindEnum or KindFuncProto => 8 * Count(types, at),
        // pointer, forward, typedef, volatile, const, restrict, function, float, type tag
        2 or (>= 7 and <= 12) or 16 or 18 => 0,
        int unknown => throw new InvalidDataException($"unknown BTF kind {unknown}"),
    };

    private static uint Word(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static string Text(ReadOnlySpan<byte> strings, uint at)
    {
        ReadOnlySpan<byte> rest = strings[(int)at..];
        return Encoding.ASCII.GetString(rest[..rest.IndexOf((byte)0)]);
    }
}
