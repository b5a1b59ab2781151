// SPDX-License-Identifier: GPL-2.0-only
using System.Text;

namespace Wd40.UnitTests.ArenaRuntime;

/// <summary>Writes a .BTF section type by type; ids count from 1 in the order of the calls.</summary>
internal sealed class BtfBuilder
{
    private const int Struct = 4, Function = 12, FunctionPrototype = 13, DataSection = 15, DeclarationTag = 17;
    private const int Extern = 2;

    private readonly List<byte> _types = [];
    private readonly List<byte> _text = [0];
    private readonly List<int> _references = [];
    private int _count;

    /// <summary>An empty struct.</summary>
    public void AddStruct(string name) => Type(name, Struct, 0, 0);

    /// <summary>A function whose parameters have no type.</summary>
    public void AddFunction(string name, params string[] parameters)
    {
        Prototype(parameters);
        Type(name, Function, 0, _count);
    }

    /// <summary>A kernel function that an object refers to.</summary>
    public void AddReference(string name, string? tag = null)
    {
        Prototype([]);
        Type(name, Function, Extern, _count);
        _references.Add(_count);
        if (tag is null)
            return;
        Type(tag, DeclarationTag, 0, _count);
        Word(-1);
    }

    /// <summary>The section.</summary>
    public byte[] ToArray()
    {
        if (_references.Count > 0)
        {
            Type(".ksyms", DataSection, _references.Count, 0);
            foreach (var reference in _references)
            {
                Word(reference);
                Word(0);
                Word(0);
            }
        }
        using var section = new MemoryStream();
        using var writer = new BinaryWriter(section);
        writer.Write(0x0001EB9Fu);
        uint[] header = [24, 0, (uint)_types.Count, (uint)_types.Count, (uint)_text.Count];
        Array.ForEach(header, writer.Write);
        writer.Write([.. _types]);
        writer.Write([.. _text]);
        return section.ToArray();
    }

    private void Prototype(string[] parameters)
    {
        Type("", FunctionPrototype, parameters.Length, 0);
        foreach (var parameter in parameters)
        {
            Word(Text(parameter));
            Word(0);
        }
    }

    private void Type(string name, int kind, int count, int sizeOrType)
    {
        Word(Text(name));
        Word((kind << 24) | count);
        Word(sizeOrType);
        _count++;
    }

    private int Text(string text)
    {
        if (text.Length == 0)
            return 0;
        var at = _text.Count;
        _text.AddRange([.. Encoding.ASCII.GetBytes(text), 0]);
        return at;
    }

    private void Word(int value) => _types.AddRange(BitConverter.GetBytes(value));
}
