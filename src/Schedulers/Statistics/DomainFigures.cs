// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Schedulers.Statistics;

/// <summary>Figures of a domain after the planned moves of the last balance step. Load 1.0 is one always-runnable nice-0 task.</summary>
public struct DomainFigures
{
    /// <summary>Load.</summary>
    public double Load { get; set; }

    /// <summary>Load less the domain's share of the machine's load.</summary>
    public double Imbalance { get; set; }

    /// <summary>Load planned to come in (positive) or to go (negative).</summary>
    public double Delta { get; set; }

    /// <summary>Slice, us.</summary>
    public ulong SliceUs { get; set; }

    /// <summary>CPUs.</summary>
    public ulong Cpus { get; set; }

    /// <summary>The NUMA node it belongs to.</summary>
    public int Node { get; set; }
}
