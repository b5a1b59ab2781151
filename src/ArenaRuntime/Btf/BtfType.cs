// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.ArenaRuntime;

/// <summary>One type of a <see cref="Btf"/>, copied out of it.</summary>
public sealed class BtfType
{
    internal BtfType(uint id, BtfKind kind, string name)
    {
        Id = id;
        Kind = kind;
        Name = name;
    }

    /// <summary>Number of the type within its BTF.</summary>
    public uint Id { get; }

    /// <summary>What it is.</summary>
    public BtfKind Kind { get; }

    /// <summary>Name, empty when anonymous. For tags the tag's text.</summary>
    public string Name { get; }

    /// <summary>Size in bytes of an int, struct, union, enum, float or data section; 0 elsewhere.</summary>
    public uint Size { get; internal init; }

    /// <summary>The type that a pointer, array, qualifier, typedef, variable, function, prototype (its result) or tag refers to; 0 elsewhere.</summary>
    public uint TargetId { get; internal init; }

    /// <summary>Number of elements of an array; 0 for a flexible one.</summary>
    public uint Count { get; internal init; }

    /// <summary>True for a signed integer or enum.</summary>
    public bool IsSigned { get; internal init; }

    /// <summary>True for a boolean.</summary>
    public bool IsBool { get; internal init; }

    /// <summary>True for a union named by a forward declaration, or for a function or variable of external linkage without a definition.</summary>
    public bool IsExtern { get; internal init; }

    /// <summary>Which member or parameter a declaration tag belongs to; -1 for the type itself.</summary>
    public int ComponentIndex { get; internal init; } = -1;

    /// <summary>Members of a struct or union, parameters of a prototype, variables of a data section.</summary>
    public IReadOnlyList<BtfMember> Members { get; internal init; } = [];

    /// <summary>Names and values of an enum.</summary>
    public IReadOnlyList<BtfEnumerator> Enumerators { get; internal init; } = [];
}
