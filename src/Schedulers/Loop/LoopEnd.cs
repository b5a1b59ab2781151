// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Schedulers;

/// <summary>Why the main loop ended.</summary>
public enum LoopEnd
{
    /// <summary>It has not ended.</summary>
    None,

    /// <summary>A signal asked for it.</summary>
    StopRequested,

    /// <summary>The kernel has ended the scheduler; the exit record says why.</summary>
    EndedByKernel,

    /// <summary>The time of a trial was over, and nobody had confirmed it.</summary>
    TrialOver,
}
