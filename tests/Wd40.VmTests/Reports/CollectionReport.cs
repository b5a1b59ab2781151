// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.VmTests.Reports;

/// <summary>What the garbage hook answers.</summary>
/// <param name="MadeMs">For making the objects, the runtime's own collections meanwhile included.</param>
/// <param name="InUseMs">For the collection while all of them are in use: each is looked at.</param>
/// <param name="GarbageMs">For the collection when none is in use.</param>
internal sealed record CollectionReport(double MadeMs, double InUseMs, double GarbageMs);
