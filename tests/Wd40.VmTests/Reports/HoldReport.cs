// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.VmTests.Reports;

/// <summary>What <c>hold</c> prints.</summary>
/// <param name="Threads">Threads of the process that stood still.</param>
/// <param name="HeldNs">For how long all of them did.</param>
internal sealed record HoldReport(int Threads, long HeldNs);
