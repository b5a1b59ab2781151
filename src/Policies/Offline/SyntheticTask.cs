// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Policies.Offline;

/// <summary>A task of the offline machine: what it is, and when it computes and sleeps.</summary>
public sealed record SyntheticTask
{
    /// <summary>Weight, 1 to 10000.</summary>
    public uint Weight { get; init; } = 100;

    /// <summary>What it does, over and over: synthetic, or as recorded. Empty: it computes for ever.</summary>
    public IReadOnlyList<Phase> Phases { get; init; } = [];

    /// <summary>When it begins, ns.</summary>
    public ulong Start { get; init; }

    /// <summary>When it ends, at the end of a phase or slice; ns.</summary>
    public ulong End { get; init; } = ulong.MaxValue;

    /// <summary>Thread id; 0: its number plus 1000.</summary>
    public int Tid { get; init; }

    /// <summary>A task that always computes.</summary>
    /// <param name="weight">Its weight.</param>
    public static SyntheticTask Hog(uint weight = 100) => new() { Weight = weight };

    /// <summary>A task that computes and sleeps in turn.</summary>
    /// <param name="run">How long it computes, ns.</param>
    /// <param name="sleep">How long it sleeps then, ns.</param>
    /// <param name="weight">Its weight.</param>
    public static SyntheticTask Sleeper(ulong run, ulong sleep, uint weight = 100) => new() { Weight = weight, Phases = [new Phase(run, sleep)] };
}
