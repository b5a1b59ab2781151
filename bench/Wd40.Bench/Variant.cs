// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Bench;

/// <summary>One way to do the work that is measured.</summary>
/// <param name="Name">Word for the table.</param>
/// <param name="Copies">
/// Do the work once and return something that depends on all of it. Copies of the same code at different addresses: slices visit them in
/// turn and the shortest slice counts, because where a short loop lands in memory is luck.
/// </param>
/// <param name="Repeats">Runs per slice, so that a slice is long against the clock's resolution.</param>
/// <param name="Slices">Slices per round; the shortest counts.</param>
/// <param name="SameResult">Whether the result must equal that of the first variant.</param>
internal sealed record Variant(string Name, Func<ulong>[] Copies, int Repeats, int Slices, bool SameResult = true);
