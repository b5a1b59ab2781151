// SPDX-License-Identifier: GPL-2.0-only
using System.Numerics;
using Wd40.ArenaRuntime;
using Wd40.ArenaRuntime.Layout;

namespace Wd40.Schedulers;

/// <summary>
/// Where the parts of the arena lie, computed from the machine and the size of the task table. Page 0 stays unused, page 1 is the
/// header, the parts follow on cache-line boundaries. The size is the smallest power of two that holds them: it is exact, because any
/// mlockall populates a whole arena.
/// </summary>
public sealed class ArenaLayout
{
    /// <summary>The header's page: page 0 is never handed out.</summary>
    public const ulong HeaderOffset = Arena.PageSize;

    private const ulong CacheLine = 64;

    private ulong _next = HeaderOffset + Arena.PageSize;

    /// <summary>Computes the layout.</summary>
    /// <param name="nrCpuIds">Highest CPU number + 1.</param>
    /// <param name="nrDomains">Domains in use; the part has room for all possible ones, so that a masked index stays inside it.</param>
    /// <param name="nrNodes">NUMA nodes with CPUs.</param>
    /// <param name="maxTasks">Slots of the task table, a power of two.</param>
    /// <param name="withRings">Whether a policy in user space decides: then there are rings, too.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside the limits of the headers.</exception>
    public ArenaLayout(uint nrCpuIds, uint nrDomains, uint nrNodes, uint maxTasks, bool withRings = false)
    {
        ArgumentOutOfRangeException.ThrowIfZero(nrCpuIds);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(nrCpuIds, (uint)WdConstants.MaxCpus);
        ArgumentOutOfRangeException.ThrowIfZero(nrDomains);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(nrDomains, (uint)WdConstants.MaxDomains);
        ArgumentOutOfRangeException.ThrowIfZero(nrNodes);
        if (!BitOperations.IsPow2(maxTasks))
            throw new ArgumentOutOfRangeException(nameof(maxTasks), maxTasks, "the task table's size is a power of two");
        NrCpuIds = nrCpuIds;
        NrDomains = nrDomains;
        NrNodes = nrNodes;
        MaxTasks = maxTasks;
        Cpus = Place("wd_cpu", nrCpuIds);
        Stats = Place("wd_stats", nrCpuIds);
        Domains = Place("wd_domain", WdConstants.MaxDomains);
        Tunables = Place("wd_tunables", 1);
        Requests = Place("wd_request", maxTasks);
        Briefs = Place("wd_brief", maxTasks);
        Tasks = Place("wd_task", maxTasks);
        if (withRings)
        {
            Rings = new WdUserLayout
            {
                Exchange = Place("wd_exchange", 1),
                UserStats = Place("wd_user_stats", nrCpuIds),
                QueuedRings = Place("wd_queued_ring", nrCpuIds),
                DecisionRing = Place("wd_decision_ring", 1),
                Handovers = Place("wd_handover", maxTasks),
            };
        }
        Size = BitOperations.RoundUpToPowerOf2(_next);
    }

    /// <summary>Highest CPU number + 1.</summary>
    public uint NrCpuIds { get; }

    /// <summary>Domains in use.</summary>
    public uint NrDomains { get; }

    /// <summary>NUMA nodes with CPUs.</summary>
    public uint NrNodes { get; }

    /// <summary>Slots of the task table.</summary>
    public uint MaxTasks { get; }

    /// <summary>Bytes of the arena, a power of two.</summary>
    public ulong Size { get; }

    /// <summary>Offset of the CPU lines.</summary>
    public ulong Cpus { get; }

    /// <summary>Offset of the counters, one struct a CPU.</summary>
    public ulong Stats { get; }

    /// <summary>Offset of the domains.</summary>
    public ulong Domains { get; }

    /// <summary>Offset of the tunables.</summary>
    public ulong Tunables { get; }

    /// <summary>Offset of the balancer's requests, one a slot.</summary>
    public ulong Requests { get; }

    /// <summary>Offset of the briefs, one a slot.</summary>
    public ulong Briefs { get; }

    /// <summary>Offset of the task records.</summary>
    public ulong Tasks { get; }

    /// <summary>Where the parts of the user-space core begin; all 0 without them.</summary>
    public WdUserLayout Rings { get; }

    /// <summary>The same as the struct that the kernel half reads.</summary>
    public WdLayout ToStruct() => new()
    {
        Size = Size,
        Cpus = Cpus,
        Stats = Stats,
        Domains = Domains,
        Tunables = Tunables,
        Requests = Requests,
        Briefs = Briefs,
        Tasks = Tasks,
        MaxTasks = MaxTasks,
        NrCpuIds = NrCpuIds,
        NrDomains = NrDomains,
        NrNodes = NrNodes,
    };

    private ulong Place(string type, ulong count)
    {
        var offset = _next;
        var end = offset + LayoutTable.Structs.Single(layout => layout.Name == type).Size * count;
        _next = (end + CacheLine - 1) & ~(CacheLine - 1);
        return offset;
    }
}
