// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime.Layout;

namespace Wd40.Schedulers;

/// <summary>Domains in the shape in which the kernel half takes them: which CPU is in which, which node each belongs to.</summary>
public sealed class DomainTable
{
    /// <summary>Creates an empty table.</summary>
    /// <param name="nrCpuIds">Highest CPU number + 1.</param>
    /// <param name="nrDomains">Domains.</param>
    /// <param name="nrNodes">NUMA nodes with CPUs.</param>
    public DomainTable(uint nrCpuIds, uint nrDomains, uint nrNodes)
    {
        NrCpuIds = nrCpuIds;
        NrDomains = nrDomains;
        NrNodes = nrNodes;
        CpuDomain.AsSpan().Fill((byte)WdConstants.NoDomain);
    }

    /// <summary>Highest CPU number + 1.</summary>
    public uint NrCpuIds { get; }

    /// <summary>Domains.</summary>
    public uint NrDomains { get; }

    /// <summary>NUMA nodes with CPUs.</summary>
    public uint NrNodes { get; }

    /// <summary>Domain of each CPU, or <see cref="WdConstants.NoDomain"/>.</summary>
    public byte[] CpuDomain { get; } = new byte[WdConstants.MaxCpus];

    /// <summary>Node of each domain.</summary>
    public byte[] DomainNode { get; } = new byte[WdConstants.MaxDomains];

    /// <summary>CPUs of each domain, <see cref="WdConstants.MaskWords"/> words a domain.</summary>
    public ulong[] DomainCpus { get; } = new ulong[WdConstants.MaxDomains * WdConstants.MaskWords];

    /// <summary>CPUs of one domain.</summary>
    public ReadOnlySpan<ulong> CpusOf(int domain) => DomainCpus.AsSpan(domain * WdConstants.MaskWords, WdConstants.MaskWords);

    /// <summary>Puts a CPU into a domain.</summary>
    public void Add(int cpu, int domain)
    {
        CpuDomain[cpu] = (byte)domain;
        DomainCpus[domain * WdConstants.MaskWords + cpu / 64] |= 1ul << (cpu % 64);
    }
}
