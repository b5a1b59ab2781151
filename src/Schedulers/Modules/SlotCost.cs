// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Schedulers;

/// <summary>What one slot function of a module costs a core.</summary>
/// <param name="Slot">The slot as the command line calls it.</param>
/// <param name="Module">Name of the module.</param>
/// <param name="Function">Name of the function, without <c>wd_</c> and the slot.</param>
/// <param name="Instructions">Instructions the verifier goes through for one call, on this kernel and machine.</param>
public sealed record SlotCost(string Slot, string Module, string Function, uint Instructions);
