// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.ArenaRuntime.Layout;

/// <summary>One field of a shared struct.</summary>
/// <param name="Name">C name; members of anonymous structs and unions stand on their own.</param>
/// <param name="BitOffset">Bits from the start of the struct.</param>
/// <param name="BitSize">Width in bits; 0 for a flexible array.</param>
/// <param name="Type">Type in the words of the layout hash: <c>u64</c>, <c>array 16 of s8</c>, <c>struct wd_ravg</c>.</param>
public sealed record SharedField(string Name, uint BitOffset, uint BitSize, string Type)
{
    /// <summary>The writers named in the C header, separated by spaces; <c>ATOMIC</c> among them means read-modify-write only.</summary>
    public string Writer { get; init; } = "";

    /// <summary>What the field counts, if the header says so.</summary>
    public string Unit { get; init; } = "";

    /// <summary>Help text, if the header has one.</summary>
    public string Help { get; init; } = "";

    /// <summary>Name under which the field is exported; the C name unless the header says otherwise.</summary>
    public string Export { get; init; } = "";

    /// <summary>Bytes from the start of the struct.</summary>
    public uint Offset => BitOffset / 8;
}
