// SPDX-License-Identifier: GPL-2.0-only
using Wd40.LoadBalance;
using Wd40.Placement;

namespace Wd40.Schedulers.Live;

/// <summary>What the C# halves of the modules work with, as a whole: it is replaced, never changed, so that nobody sees half of a change.</summary>
/// <param name="Tuner">What the tuner steers by.</param>
/// <param name="Balancer">How the balancer works; null when the scheduler has none.</param>
public sealed record LiveSettings(TunerOptions Tuner, BalancerOptions? Balancer);
