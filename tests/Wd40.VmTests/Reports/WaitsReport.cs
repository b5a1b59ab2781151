// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.VmTests.Reports;

/// <summary>What <c>wd40-load trace-waits</c> prints.</summary>
/// <param name="Events">Events in the trace.</param>
/// <param name="IdleQueuedNs">Sum over the CPUs: idle while a watched task was queued.</param>
/// <param name="IdleQueuedLongestNs">Longest such time of one CPU.</param>
/// <param name="Kthreads">Kernel threads bound to a CPU that waited for it.</param>
/// <param name="KthreadWaitNs">Their waits.</param>
/// <param name="KthreadWorst">Name of the one that waited longest.</param>
/// <param name="KthreadWorstBehind">Name of who left the CPU at the end of that wait.</param>
internal sealed record WaitsReport(
    long Events, long IdleQueuedNs, long IdleQueuedLongestNs, int Kthreads, Summary KthreadWaitNs, string KthreadWorst,
    string KthreadWorstBehind);
