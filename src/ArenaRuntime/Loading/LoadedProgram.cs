// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.ArenaRuntime;

/// <summary>A program that the kernel has accepted.</summary>
/// <param name="Name">Name of the function in the source.</param>
/// <param name="IsCallback">True for a member of the table of callbacks, false for a syscall program.</param>
/// <param name="VerifiedInstructions">Instructions the verifier went through, global subprograms included: the program's cost at load.</param>
public sealed record LoadedProgram(string Name, bool IsCallback, uint VerifiedInstructions)
{
    internal int Descriptor { get; init; }
}
