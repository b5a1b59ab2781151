// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Vm;

/// <summary>The guest's processors and memory. One last-level cache is one socket of the emulated machine.</summary>
/// <param name="Nodes">NUMA nodes.</param>
/// <param name="LlcsPerNode">Last-level caches per node.</param>
/// <param name="CoresPerLlc">Cores per last-level cache.</param>
/// <param name="ThreadsPerCore">Hardware threads per core.</param>
/// <param name="MemoryMiB">Memory of the whole guest in MiB; divided evenly among the nodes.</param>
public sealed record VmTopology(int Nodes, int LlcsPerNode, int CoresPerLlc, int ThreadsPerCore = 1, int MemoryMiB = 2048)
{
    /// <summary>8 CPUs in 2 last-level caches on one node: the machine of run.sh and of most checks.</summary>
    public static VmTopology TwoLlcs { get; } = new(1, 2, 4);

    /// <summary>Number of last-level caches.</summary>
    public int Llcs => Nodes * LlcsPerNode;

    /// <summary>CPUs per last-level cache.</summary>
    public int CpusPerLlc => CoresPerLlc * ThreadsPerCore;

    /// <summary>Number of CPUs.</summary>
    public int Cpus => Llcs * CpusPerLlc;

    /// <summary>Reads the form <c>NODES,LLCS,CORES[,THREADS]</c>: LLCs per node, cores per LLC, threads per core.</summary>
    /// <exception cref="FormatException">The text has another form or a count below 1.</exception>
    public static VmTopology Parse(string text, int memoryMiB = 2048)
    {
        ArgumentNullException.ThrowIfNull(text);
        int[] counts = [.. text.Split(',').Select(part => int.TryParse(part, out int n) ? n : 0)];
        if (counts.Length is < 3 or > 4 || counts.Any(n => n < 1))
        {
            throw new FormatException($"'{text}' is no topology: give NODES,LLCS,CORES[,THREADS], for example 1,2,4 for 8 CPUs in 2 LLCs.");
        }

        VmTopology topology = new(counts[0], counts[1], counts[2], counts.Length == 4 ? counts[3] : 1, memoryMiB);
        topology.Validate();
        return topology;
    }

    /// <summary>Refuses counts that no guest can have.</summary>
    /// <exception cref="FormatException">A count is below 1, there are more than 255 CPUs, or a node has under 128 MiB.</exception>
    public void Validate()
    {
        if (Nodes < 1 || LlcsPerNode < 1 || CoresPerLlc < 1 || ThreadsPerCore < 1)
        {
            throw new FormatException($"{this}: every count must be at least 1.");
        }

        if (Cpus > 255)
        {
            throw new FormatException($"{this}: {Cpus} CPUs; the emulated machine has at most 255.");
        }

        if (MemoryMiB / Nodes < 128)
        {
            throw new FormatException($"{this}: {MemoryMiB / Nodes} MiB per node; the kernel needs at least 128 MiB.");
        }
    }

    /// <summary>QEMU's arguments for processors, memory and nodes.</summary>
    public IEnumerable<string> QemuArguments()
    {
        Validate();
        yield return "-smp";
        yield return $"{Cpus},sockets={Llcs},cores={CoresPerLlc},threads={ThreadsPerCore}";
        int perNode = MemoryMiB / Nodes;
        yield return "-m";
        yield return $"{perNode * Nodes}M";
        if (Nodes == 1)
        {
            yield break;
        }

        int cpusPerNode = Cpus / Nodes;
        for (int node = 0; node < Nodes; node++)
        {
            yield return "-object";
            yield return $"memory-backend-ram,id=node{node},size={perNode}M";
            yield return "-numa";
            yield return $"node,nodeid={node},cpus={node * cpusPerNode}-{((node + 1) * cpusPerNode) - 1},memdev=node{node}";
        }
    }

    /// <summary>For example <c>1 node x 2 LLCs x 4 cores x 1 thread, 2048 MiB</c>.</summary>
    public override string ToString() => $"{Nodes} node(s) x {LlcsPerNode} LLC(s) x {CoresPerLlc} core(s) x {ThreadsPerCore} thread(s), {MemoryMiB} MiB";
}
