// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime;

namespace Wd40.Schedulers;

/// <summary>How one start of the scheduler ended.</summary>
/// <param name="Exit">What the kernel said; null when it never attached because a stop was requested first.</param>
/// <param name="Steps">What the periodic steps cost.</param>
/// <param name="Requests">What became of the balancer's requests; null as the first.</param>
/// <param name="AllocatedBytes">Bytes that the loop's thread allocated in the loop.</param>
/// <param name="Collections">Garbage collections during the loop.</param>
internal sealed record RunEnd(ExitInfo? Exit, IReadOnlyList<StepReport> Steps, RequestReport? Requests, long AllocatedBytes, int Collections)
{
    /// <summary>A stop was requested before the scheduler attached.</summary>
    internal static RunEnd NeverAttached { get; } = new(null, [], null, 0, 0);
}
