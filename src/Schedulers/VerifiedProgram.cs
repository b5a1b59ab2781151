// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Schedulers;

/// <summary>A program that the verifier accepted.</summary>
/// <param name="Name">Name of the function.</param>
/// <param name="Kind"><c>callback</c> or <c>syscall</c>.</param>
/// <param name="Instructions">Instructions the verifier went through.</param>
public sealed record VerifiedProgram(string Name, string Kind, uint Instructions);
