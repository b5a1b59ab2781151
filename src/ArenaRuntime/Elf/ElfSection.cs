// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.ArenaRuntime;

/// <summary>One section of an ELF file.</summary>
/// <param name="Name">Name of the section.</param>
/// <param name="Type">sh_type.</param>
/// <param name="Offset">Where its bytes begin in the file.</param>
/// <param name="Size">Number of bytes; none are in the file for SHT_NOBITS.</param>
public readonly record struct ElfSection(string Name, uint Type, int Offset, int Size);
