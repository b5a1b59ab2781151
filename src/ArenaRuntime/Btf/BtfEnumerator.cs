// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.ArenaRuntime;

/// <summary>One name of an enum.</summary>
/// <param name="Name">The name.</param>
/// <param name="Value">The value's bits, sign-extended when the enum is signed.</param>
public readonly record struct BtfEnumerator(string Name, long Value);
