// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.ArenaRuntime.Layout;

/// <summary>Layout of a struct that BPF and C# share, as the C headers define it.</summary>
/// <param name="Name">C name.</param>
/// <param name="Size">Size in bytes.</param>
/// <param name="Hash">FNV-1a of the canonical text of the layout, nested shared structs included.</param>
/// <param name="Fields">Fields in order.</param>
public sealed record SharedStruct(string Name, uint Size, ulong Hash, IReadOnlyList<SharedField> Fields);
