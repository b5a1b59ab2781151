// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime.Layout;

namespace Wd40.Schedulers.Statistics;

/// <summary>The dimensions of a scheduler's statistics.</summary>
/// <param name="Counters">The counters of the BPF header, in its order.</param>
/// <param name="MaskWords">64-bit words of a CPU mask.</param>
/// <param name="Domains">Domains.</param>
/// <param name="Nodes">NUMA nodes.</param>
/// <param name="Gauges">Figures of the source's own that are no totals.</param>
public sealed record StatsShape(IReadOnlyList<Counter> Counters, int MaskWords, int Domains, int Nodes, int Gauges = 0);
