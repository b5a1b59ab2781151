// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Vm;

/// <summary>A function of a kernel's BTF.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Parameters">Names of its parameters.</param>
internal sealed record BtfFunction(string Name, IReadOnlyList<string> Parameters);
