// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime.Layout;

namespace Wd40.LoadBalance;

/// <summary>What the kernel half made of one request.</summary>
/// <param name="Slot">Slot of the task; its record is still the task's own unless that ended in this moment.</param>
/// <param name="Pid">The task that was chosen, as its record said when it was asked.</param>
/// <param name="Domain">Domain that the task was asked to go to.</param>
/// <param name="Outcome">Applied or refused.</param>
public readonly record struct BalanceAnswer(int Slot, int Pid, int Domain, WdOutcome Outcome);
