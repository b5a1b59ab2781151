// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime.Layout;

namespace Wd40.HostTests;

/// <summary>A task record in words: what is compared, and what a failed comparison shows. All but its name.</summary>
internal static class RecordText
{
    /// <summary>The record's fields.</summary>
    public static string Of(in WdTask t) =>
        $"generation {t.Generation}, acknowledged {t.Acknowledged}, pid {t.Pid}, tgid {t.Tgid}, weight {t.Weight}, domain {t.Domain}, domains {t.Domains:x}, " +
        $"started {t.Started}, flags {t.Flags}, preferred {t.PreferredDomains:x}, duty {t.Duty.Val} {t.Duty.ValAt} {t.Duty.Old} {t.Duty.Cur}, {OrderOf(t)}";

    /// <summary>The fields that a deadline module writes.</summary>
    public static string OrderOf(in WdTask t) =>
        $"vtime {t.Vtime}, deadline {t.Deadline}, stint {t.Stint}, avg_runtime {t.AvgRuntime}, blocked_freq {t.BlockedFreq}, waker_freq {t.WakerFreq}, " +
        $"last_blocked_at {t.LastBlockedAt}, last_woke_at {t.LastWokeAt}, rested {t.Rested}";
}
