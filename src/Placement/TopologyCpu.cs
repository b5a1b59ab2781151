// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Placement;

/// <summary>One online CPU.</summary>
public sealed record TopologyCpu
{
    /// <summary>Its number.</summary>
    public required int Id { get; init; }

    /// <summary>Dense number of its NUMA node: only nodes with online CPUs count.</summary>
    public required int Node { get; init; }

    /// <summary>Number of its package (socket).</summary>
    public required int Package { get; init; }

    /// <summary>Online CPUs of its core, itself included.</summary>
    public required CpuMask Siblings { get; init; }

    /// <summary>Relative speed, 1024 for a full CPU.</summary>
    public required uint Capacity { get; init; }

    /// <summary>Identity of its level-2 cache within the package; -1 if the machine does not say.</summary>
    public required int Level2 { get; init; }

    /// <summary>Identity of its level-3 cache within the package; -1 if the machine does not say.</summary>
    public required int Level3 { get; init; }
}
