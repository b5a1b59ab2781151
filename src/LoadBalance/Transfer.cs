// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.LoadBalance;

/// <summary>One planned move.</summary>
/// <param name="Task">Index of the task in the round's columns.</param>
/// <param name="From">Domain that gives.</param>
/// <param name="To">Domain that receives.</param>
public readonly record struct Transfer(int Task, byte From, byte To);
