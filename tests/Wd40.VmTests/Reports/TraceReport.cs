// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.VmTests.Reports;

/// <summary>What <c>wd40-load trace-migrations</c> prints.</summary>
/// <param name="DomainMoves">Moves between domains.</param>
/// <param name="Moves">Each of them.</param>
internal sealed record TraceReport(long DomainMoves, IReadOnlyList<TraceMove> Moves);

/// <summary>One move of a task between domains, from the kernel's tracepoint.</summary>
/// <param name="AtNs">CLOCK_MONOTONIC.</param>
internal sealed record TraceMove(int Pid, long AtNs, int FromDomain, int ToDomain);
