// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Placement;

/// <summary>What the tuner steers by.</summary>
public sealed record TunerOptions
{
    /// <summary>From this value on a limit in percent means "always".</summary>
    public const double Always = 99.999;

    /// <summary>Shortest slice, ns (-o).</summary>
    public ulong SliceMin { get; init; } = 1_000_000;

    /// <summary>Longest slice, ns (-u).</summary>
    public ulong SliceMax { get; init; } = 20_000_000;

    /// <summary>A domain less utilised than this, in percent, accepts tasks of others on its idle CPUs (-D); 0 never, 99.999 always.</summary>
    public double DirectGreedyUnder { get; init; } = 90;

    /// <summary>Idle CPUs of a domain less utilised than this, in percent, may be kicked to come and pull (-K); 0 never, 99.999 always.</summary>
    public double KickGreedyUnder { get; init; } = 100;

    /// <summary>Utilisation, 0..1, above which the machine becomes full.</summary>
    public double FullAbove { get; init; } = 0.97;

    /// <summary>Utilisation, 0..1, below which the machine is no longer full.</summary>
    public double NotFullBelow { get; init; } = 0.90;

    /// <summary>How long utilisation must have been beyond its limit, ns, before the machine counts as full, or no longer.</summary>
    public ulong HoldTime { get; init; } = 300_000_000;
}
