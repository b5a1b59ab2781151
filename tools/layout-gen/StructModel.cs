// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime.Layout;

namespace Wd40.LayoutGen;

/// <summary>A shared struct with what C# needs beyond its layout.</summary>
/// <param name="Layout">The layout.</param>
/// <param name="Members">The C# members in order of the fields.</param>
public sealed record StructModel(SharedStruct Layout, IReadOnlyList<MemberModel> Members)
{
    /// <summary>Lengths of the inline arrays that the struct uses.</summary>
    public IReadOnlyList<uint> ArrayLengths { get; init; } = [];
}
