// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime.Layout;

namespace Wd40.HostTests;

/// <summary>Domains made up for a test, in the tables that the kernel half takes: one CPU in each of four domains on two nodes.</summary>
internal sealed class TestDomains
{
    /// <summary>Creates them.</summary>
    /// <param name="cpuIds">CPU lines of the arena: as many as this machine may use, programs count into that of the CPU they run on.</param>
    public TestDomains(int cpuIds)
    {
        NrCpuIds = (uint)Math.Max(cpuIds, (int)NrDomains);
        CpuDomain.AsSpan().Fill((byte)WdConstants.NoDomain);
        for (int domain = 0; domain < (int)NrDomains; domain++)
        {
            CpuDomain[domain] = (byte)domain;
            DomainNode[domain] = (byte)(domain / (int)NrNodes);
            DomainCpus[domain * WdConstants.MaskWords] = 1ul << domain;
        }
    }

    public uint NrCpuIds { get; }

    public uint NrDomains { get; } = 4;

    public uint NrNodes { get; } = 2;

    public byte[] CpuDomain { get; } = new byte[WdConstants.MaxCpus];

    public byte[] DomainNode { get; } = new byte[WdConstants.MaxDomains];

    public ulong[] DomainCpus { get; } = new ulong[WdConstants.MaxDomains * WdConstants.MaskWords];
}
