// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.ArenaRuntime.Layout;

/// <summary>A counter declared in a BPF header: a 64-bit field of a struct that is kept per CPU in the arena.</summary>
/// <param name="Name">C name of the field.</param>
/// <param name="Offset">Bytes from the start of the struct.</param>
/// <param name="Unit">What is counted: <c>count</c>, <c>ns</c>.</param>
/// <param name="Help">One line for users.</param>
/// <param name="Export">Name under which it is exported.</param>
public sealed record Counter(string Name, int Offset, string Unit, string Help, string Export);
