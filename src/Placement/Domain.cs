// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Placement;

/// <summary>A domain: CPUs that share one queue.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Node">Dense number of its NUMA node.</param>
/// <param name="Cpus">Its CPUs.</param>
/// <param name="Capacity">Sum of its CPUs' capacities, 1024 each when alike.</param>
public sealed record Domain(int Id, int Node, CpuMask Cpus, uint Capacity);
