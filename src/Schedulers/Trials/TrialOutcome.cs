// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Schedulers.Trials;

/// <summary>How a trial ended.</summary>
public enum TrialOutcome
{
    /// <summary>Its time was over and nobody had confirmed it: detached.</summary>
    Detached,

    /// <summary>Confirmed: the scheduler stays.</summary>
    Confirmed,

    /// <summary>A signal or the kernel ended the scheduler before.</summary>
    Interrupted,
}
