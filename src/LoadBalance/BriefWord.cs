// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime.Layout;

namespace Wd40.LoadBalance;

/// <summary>
/// The column that is scanned for all tasks, as one word: read in one load, so that weight, domain and live belong together. The layout is
/// that of <see cref="WdBrief"/>; a test holds the two against each other.
/// </summary>
/// <param name="Weight">Effective weight.</param>
/// <param name="Domain">Home domain.</param>
/// <param name="IsLive">The slot belongs to a task.</param>
/// <param name="Flags">What the task is.</param>
internal readonly record struct BriefWord(uint Weight, byte Domain, bool IsLive, WdTaskFlags Flags)
{
    /// <summary>Takes a word apart.</summary>
    public static BriefWord From(ulong word) => new((uint)word, (byte)(word >> 32), (byte)(word >> 40) != 0, (WdTaskFlags)(word >> 48));
}
