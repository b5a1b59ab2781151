// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.ArenaRuntime;

/// <summary>A map of an open or loaded object.</summary>
internal readonly record struct ObjectMap(nint Handle, string Name, Interop.Libbpf.MapType Type);
