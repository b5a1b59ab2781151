// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime.Layout;

namespace Wd40.LayoutGen;

/// <summary>One C# member.</summary>
/// <param name="Field">The C field.</param>
/// <param name="Type">The C# type; null for a flexible array and for padding, which have no member of their own.</param>
/// <param name="IsBitField">True if the member is an accessor to some bits of <paramref name="Type"/>.</param>
public sealed record MemberModel(SharedField Field, string? Type, bool IsBitField);
