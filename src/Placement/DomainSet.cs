// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime.Layout;

namespace Wd40.Placement;

/// <summary>All domains of a machine, also in the tables that the kernel half takes as read-only data before load.</summary>
public sealed class DomainSet
{
    private DomainSet(IReadOnlyList<Domain> domains, int cpuIds, int nodes)
    {
        Domains = domains;
        CpuIds = cpuIds;
        Nodes = nodes;
        CpuDomain.AsSpan().Fill((byte)WdConstants.NoDomain);
        foreach (var domain in domains)
        {
            DomainNode[domain.Id] = (byte)domain.Node;
            domain.Cpus.Words.CopyTo(DomainCpus.AsSpan(domain.Id * WdConstants.MaskWords));
            foreach (int cpu in domain.Cpus.Cpus())
                CpuDomain[cpu] = (byte)domain.Id;
        }
    }

    /// <summary>The domains, by number.</summary>
    public IReadOnlyList<Domain> Domains { get; }

    /// <summary>Highest possible CPU number + 1.</summary>
    public int CpuIds { get; }

    /// <summary>NUMA nodes with CPUs.</summary>
    public int Nodes { get; }

    /// <summary>wd_cpu_domain: domain of each CPU, <see cref="WdConstants.NoDomain"/> for one that is offline.</summary>
    public byte[] CpuDomain { get; } = new byte[WdConstants.MaxCpus];

    /// <summary>wd_domain_node: node of each domain.</summary>
    public byte[] DomainNode { get; } = new byte[WdConstants.MaxDomains];

    /// <summary>wd_domain_cpus: CPUs of each domain, <see cref="WdConstants.MaskWords"/> words a domain.</summary>
    public ulong[] DomainCpus { get; } = new ulong[WdConstants.MaxDomains * WdConstants.MaskWords];

    /// <summary>One domain per cache of a level: CPUs of one node that share it.</summary>
    /// <param name="topology">The machine.</param>
    /// <param name="level">Cache level. A CPU without a cache of this level takes that of the next lower one from 2 on; without any, its package.</param>
    /// <exception cref="TopologyException">There would be more than 64 domains.</exception>
    public static DomainSet ByCacheLevel(Topology topology, int level)
    {
        ArgumentNullException.ThrowIfNull(topology);
        // The node is part of the key: a cache that spans nodes, as some virtual machines claim, makes a domain in each.
        var groups = topology.Cpus.GroupBy(cpu => (cpu.Node, Shared: Key(cpu, level)))
            .OrderBy(group => group.Key.Node).ThenBy(group => group.First().Id).ToArray();
        if (groups.Length > WdConstants.MaxDomains)
        {
            throw new TopologyException(
                $"cache level {level} makes {groups.Length} domains, at most {WdConstants.MaxDomains} are supported: choose a larger cache with --cache-level");
        }
        var domains = groups.Select((group, id) =>
        {
            var cpus = new CpuMask();
            foreach (var cpu in group)
                cpus.Add(cpu.Id);
            return new Domain(id, group.Key.Node, cpus, (uint)group.Sum(cpu => cpu.Capacity));
        }).ToArray();
        return new DomainSet(domains, topology.CpuIds, topology.Nodes);
    }

    private static string Key(TopologyCpu cpu, int level)
    {
        for (int l = level; l >= Math.Min(level, 2); l--)
        {
            if (cpu.Caches.TryGetValue(l, out var shared))
                return $"L{l}:{shared}";
        }
        return $"package {cpu.Package}";
    }
}
