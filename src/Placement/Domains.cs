// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime;
using Wd40.ArenaRuntime.Layout;

namespace Wd40.Placement;

/// <summary>
/// Domains: groups of CPUs that share one dispatch queue, in the shape in which the kernel half takes them. An offline CPU is in none.
/// </summary>
public sealed class Domains
{
    /// <summary>Most domains.</summary>
    public const int Max = WdConstants.MaxDomains;

    private readonly CpuMask[] _masks;
    private readonly ulong[] _capacity;

    private Domains(Topology topology, IReadOnlyList<List<TopologyCpu>> groups)
    {
        NrCpuIds = (uint)topology.NrCpuIds;
        // Domains that span nodes count to that of their first CPU, so a node may be left without any.
        var nodes = groups.Select(group => group[0].Node).Distinct().Order().ToList();
        NrNodes = (uint)nodes.Count;
        NrDomains = (uint)groups.Count;
        _masks = new CpuMask[groups.Count];
        _capacity = new ulong[groups.Count];
        CpuDomain.AsSpan().Fill((byte)WdConstants.NoDomain);
        for (int cpu = 0; cpu < CpuSibling.Length; cpu++)
            CpuSibling[cpu] = (ushort)cpu;
        foreach (var cpu in topology.Cpus)
        {
            int next = cpu.Siblings.Next(cpu.Id + 1);
            CpuSibling[cpu.Id] = (ushort)(next < 0 ? cpu.Siblings.First : next);
        }
        for (int domain = 0; domain < groups.Count; domain++)
        {
            DomainNode[domain] = (byte)nodes.IndexOf(groups[domain][0].Node);
            DomainNodeId[domain] = (ushort)topology.NodeIds[groups[domain][0].Node];
            foreach (var cpu in groups[domain])
            {
                CpuDomain[cpu.Id] = (byte)domain;
                _masks[domain].Add(cpu.Id);
                _capacity[domain] += cpu.Capacity;
            }
            _masks[domain].CopyTo(DomainCpus.AsSpan(domain * WdConstants.MaskWords, WdConstants.MaskWords));
        }
    }

    /// <summary>Highest CPU number + 1.</summary>
    public uint NrCpuIds { get; }

    /// <summary>Number of domains.</summary>
    public uint NrDomains { get; }

    /// <summary>Number of NUMA nodes with domains.</summary>
    public uint NrNodes { get; }

    /// <summary>Domain of each CPU, or <see cref="WdConstants.NoDomain"/>: <c>wd_cpu_domain</c>.</summary>
    public byte[] CpuDomain { get; } = new byte[WdConstants.MaxCpus];

    /// <summary>The next hardware thread of each CPU's core, in a ring; the CPU itself where it has one thread: <c>wd_cpu_sibling</c>.</summary>
    public ushort[] CpuSibling { get; } = new ushort[WdConstants.MaxCpus];

    /// <summary>Whether some core has several online hardware threads: <c>wd_smt</c>.</summary>
    public bool HasThreads => CpuSibling.Index().Any(cpu => cpu.Item != cpu.Index);

    /// <summary>Dense node number of each domain: <c>wd_domain_node</c>.</summary>
    public byte[] DomainNode { get; } = new byte[WdConstants.MaxDomains];

    /// <summary>The kernel's number of each domain's node: <c>wd_domain_node_id</c>.</summary>
    public ushort[] DomainNodeId { get; } = new ushort[WdConstants.MaxDomains];

    /// <summary>CPUs of each domain, <see cref="WdConstants.MaskWords"/> words a domain: <c>wd_domain_cpus</c>.</summary>
    public ulong[] DomainCpus { get; } = new ulong[WdConstants.MaxDomains * WdConstants.MaskWords];

    /// <summary>CPUs of one domain as a set.</summary>
    public CpuMask MaskOf(int domain) => _masks[domain];

    /// <summary>CPUs of one domain as words.</summary>
    public ReadOnlySpan<ulong> CpusOf(int domain) => DomainCpus.AsSpan(domain * WdConstants.MaskWords, WdConstants.MaskWords);

    /// <summary>Sum of the capacities of a domain's CPUs, <see cref="Topology.FullCapacity"/> for each full one.</summary>
    public ulong CapacityOf(int domain) => _capacity[domain];

    /// <summary>
    /// Groups CPUs by cache. A CPU that does not state the cache asked for goes by the next lower level, and without any by node and package.
    /// Numbered by node, within a node by their first CPU.
    /// </summary>
    /// <param name="topology">The machine.</param>
    /// <param name="cacheLevel">3, or 2 for one domain a level-2 cache.</param>
    /// <param name="maxCpus">
    /// Caches with more CPUs are split into as few domains of about the same size as do not have more; the threads of a core stay together. 0: none is split.
    /// </param>
    /// <exception cref="SchedulerException">The level is neither, or there would be more than <see cref="Max"/> domains.</exception>
    public static Domains ByCache(Topology topology, uint cacheLevel = 3, uint maxCpus = 0)
    {
        ArgumentNullException.ThrowIfNull(topology);
        if (cacheLevel is not (2 or 3))
            throw new SchedulerException(ExitCode.Usage, $"there are no domains by cache level {cacheLevel}", "Give --cache-level 2 or 3.");
        return new Domains(topology, Group(topology, cpu => CacheOf(cpu, cacheLevel), maxCpus, $"cache level {cacheLevel}"));
    }

    /// <summary>One domain a NUMA node, numbered like the nodes.</summary>
    /// <exception cref="SchedulerException">There would be more than <see cref="Max"/> domains.</exception>
    public static Domains ByNode(Topology topology)
    {
        ArgumentNullException.ThrowIfNull(topology);
        var groups = topology.Cpus.GroupBy(cpu => cpu.Node).OrderBy(group => group.Key).Select(group => group.ToList()).ToList();
        if (groups.Count > Max)
        {
            throw new SchedulerException(ExitCode.UnfitMachine, $"the machine has {groups.Count} NUMA nodes; at most {Max} domains are supported",
                "Use placement flat, or masks with sets of nodes.");
        }
        return new Domains(topology, groups);
    }

    /// <summary>One domain for the whole machine, on one node.</summary>
    public static Domains Flat(Topology topology)
    {
        ArgumentNullException.ThrowIfNull(topology);
        return new Domains(topology, [[.. topology.Cpus]]);
    }

    /// <summary>
    /// Hand-made domains, numbered in the order given. Each online CPU is in exactly one of them; a domain counts to the node of its first CPU.
    /// </summary>
    /// <param name="topology">The machine.</param>
    /// <param name="masks">CPUs of each domain; <see cref="CpuMask.All"/> stands for those that are online.</param>
    /// <exception cref="SchedulerException">There is no mask or more than <see cref="Max"/>, or one is empty, overlaps another, or has a CPU that is not
    /// online; or an online CPU is in none.</exception>
    public static Domains ByMasks(Topology topology, IReadOnlyList<CpuMask> masks)
    {
        ArgumentNullException.ThrowIfNull(topology);
        ArgumentNullException.ThrowIfNull(masks);
        if (masks.Count == 0)
            throw BadMasks("no mask is given", "Give one mask a domain, such as --cpumasks 0x0f,0xf0.");
        if (masks.Count > Max)
            throw BadMasks($"there are {masks.Count} masks; at most {Max} domains are supported", "Give fewer and larger masks.");
        var online = default(CpuMask);
        foreach (var cpu in topology.Cpus)
            online.Add(cpu.Id);
        masks = [.. masks.Select(mask => mask == CpuMask.All ? online : mask)];
        var left = online;
        for (int domain = 0; domain < masks.Count; domain++)
        {
            var mask = masks[domain];
            if (mask.IsEmpty)
                throw BadMasks($"mask {domain + 1} is empty", "Give each mask at least one CPU, or leave it out.");
            for (int cpu = mask.First; cpu >= 0; cpu = mask.Next(cpu + 1))
            {
                if (!online.Contains(cpu))
                    throw BadMasks($"mask 0x{mask.ToHex()} has CPU {cpu}, which is not online", $"Use online CPUs only: {online}.");
                if (!left.Contains(cpu))
                {
                    var first = masks.First(other => other.Contains(cpu));
                    throw BadMasks($"CPU {cpu} is in mask 0x{first.ToHex()} and in mask 0x{mask.ToHex()}", "Give each CPU to one mask.");
                }
                left.Remove(cpu);
            }
        }
        if (!left.IsEmpty)
            throw BadMasks($"CPUs {left} are online and in no mask", "Add them to a mask, or give them one of their own.");
        return new Domains(topology, [.. masks.Select(mask => topology.Cpus.Where(cpu => mask.Contains(cpu.Id)).ToList())]);
    }

    /// <summary>Writes what the user half publishes of each domain to the arena.</summary>
    /// <param name="arena">The arena.</param>
    /// <param name="layout">Where its parts are.</param>
    public void WriteTo(Arena arena, in WdLayout layout)
    {
        ArgumentNullException.ThrowIfNull(arena);
        var lines = arena.Span<WdDomain>(layout.Domains, NrDomains);
        for (int domain = 0; domain < _masks.Length; domain++)
        {
            ref WdDomain line = ref lines[domain];
            line.Node = DomainNode[domain];
            line.NrCpus = (uint)_masks[domain].Count;
            line.Capacity = _capacity[domain];
            _masks[domain].CopyTo(line.Cpus);
        }
    }

    private static SchedulerException BadMasks(string what, string remedy) => new(ExitCode.Usage, $"--cpumasks: {what}", remedy);

    private static (int Level, int Id) CacheOf(TopologyCpu cpu, uint cacheLevel)
    {
        if (cacheLevel == 3 && cpu.Level3 >= 0)
            return (3, cpu.Level3);
        return cpu.Level2 >= 0 ? (2, cpu.Level2) : (0, 0);
    }

    private static List<List<TopologyCpu>> Group(Topology topology, Func<TopologyCpu, (int, int)> cache, uint maxCpus, string by)
    {
        var groups = topology.Cpus
            .GroupBy(cpu => (cpu.Node, cpu.Package, Cache: cache(cpu)))
            .OrderBy(group => group.Key.Node) // stable: within a node the order of first sight stays
            .SelectMany(group => Split([.. group], maxCpus))
            .ToList();
        if (groups.Count > Max)
        {
            throw new SchedulerException(ExitCode.UnfitMachine, $"the machine has {groups.Count} domains by {by}; at most {Max} are supported",
                "Give a higher --cache-level or --max-domain-cpus, which makes larger domains.");
        }
        return groups;
    }

    private static IEnumerable<List<TopologyCpu>> Split(List<TopologyCpu> group, uint maxCpus)
    {
        if (maxCpus == 0 || group.Count <= maxCpus)
            return [group];
        var cores = group.GroupBy(cpu => cpu.Siblings.First).Select(core => core.ToList()).ToList();
        // In whole cores, so a limit below the threads of one makes one domain a core.
        var coresEach = Math.Max((int)maxCpus / cores.Max(core => core.Count), 1);
        var parts = (cores.Count + coresEach - 1) / coresEach;
        return cores.Select((core, index) => (Core: core, Part: index * parts / cores.Count)).GroupBy(core => core.Part)
            .Select(part => part.SelectMany(core => core.Core).OrderBy(cpu => cpu.Id).ToList());
    }
}
