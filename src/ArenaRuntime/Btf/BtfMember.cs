// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.ArenaRuntime;

/// <summary>One entry of a struct, union, function prototype or data section.</summary>
/// <param name="Name">Name, empty when anonymous.</param>
/// <param name="TypeId">Type of the entry.</param>
/// <param name="BitOffset">Position: bits from the start of a struct, or 8 times the byte offset in a data section.</param>
/// <param name="BitSize">Width of a bit-field, 0 for everything else.</param>
/// <param name="Size">Size in bytes within a data section, 0 elsewhere.</param>
public readonly record struct BtfMember(string Name, uint TypeId, uint BitOffset, uint BitSize, uint Size);
