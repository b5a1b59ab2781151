// SPDX-License-Identifier: GPL-2.0-only

namespace Wd40.Schedulers;

/// <summary>How one start of the scheduler ended.</summary>
/// <param name="Exit">What the kernel said; null when it never attached because a stop was requested first.</param>
/// <param name="Steps">What the periodic steps cost.</param>
internal sealed record RunEnd(ExitInfo? Exit, IReadOnlyList<StepReport> Steps)
{
    /// <summary>A stop was requested before the scheduler attached.</summary>
    internal static RunEnd NeverAttached { get; } = new(null, []);
}
