// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.VmTests.Reports;

/// <summary>What the garbage hook answers.</summary>
/// <param name="InUseMs">For the collection while all objects are in use: each is looked at.</param>
/// <param name="GarbageMs">For the collection when none is in use.</param>
internal sealed record CollectionReport(double InUseMs, double GarbageMs);
