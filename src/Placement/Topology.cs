// SPDX-License-Identifier: GPL-2.0-only
using System.Globalization;
using Wd40.ArenaRuntime;

namespace Wd40.Placement;

/// <summary>The online CPUs of a machine and what they share, read from sysfs at one moment.</summary>
public sealed class Topology
{
    /// <summary>Capacity of a CPU that does not state its own.</summary>
    public const uint FullCapacity = 1024;

    private const string CpuRoot = "/sys/devices/system/cpu";
    private const string NodeRoot = "/sys/devices/system/node";

    private Topology(IReadOnlyList<TopologyCpu> cpus, int nrCpuIds, IReadOnlyList<int> nodeIds)
    {
        Cpus = cpus;
        NrCpuIds = nrCpuIds;
        NodeIds = nodeIds;
    }

    /// <summary>The online CPUs in the order of their numbers.</summary>
    public IReadOnlyList<TopologyCpu> Cpus { get; }

    /// <summary>Highest CPU number that the machine knows, offline ones included, + 1.</summary>
    public int NrCpuIds { get; }

    /// <summary>The kernel's number of each node with online CPUs; the index is the dense number. Memory-only nodes are not in it.</summary>
    public IReadOnlyList<int> NodeIds { get; }

    /// <summary>Reads a machine.</summary>
    /// <param name="root">Put before all sysfs paths (SCX_SYSFS_PREFIX); empty for the real machine.</param>
    /// <exception cref="SchedulerException">The tree cannot be read, or has more CPUs than <see cref="CpuMask.Capacity"/>.</exception>
    public static Topology Read(string root = "")
    {
        ArgumentNullException.ThrowIfNull(root);
        string cpuRoot = root + CpuRoot;
        var online = ReadList(Path.Combine(cpuRoot, "online"))
            ?? throw Unreadable(Path.Combine(cpuRoot, "online"), "it does not exist", null);
        if (online.IsEmpty)
            throw Unreadable(Path.Combine(cpuRoot, "online"), "it names no CPU", null);
        var nodes = ReadNodes(root + NodeRoot, online);
        var cpus = new List<TopologyCpu>();
        for (int id = online.First; id >= 0; id = online.Next(id + 1))
            cpus.Add(ReadCpu(Path.Combine(cpuRoot, string.Create(CultureInfo.InvariantCulture, $"cpu{id}")), id, online, nodes));
        int highest = Math.Max(cpus[^1].Id, NumberedDirectories(cpuRoot, "cpu").DefaultIfEmpty(0).Max());
        if (highest >= CpuMask.Capacity)
            throw TooMany(highest);
        return new Topology(cpus, highest + 1, [.. nodes.Select(node => node.Id)]);
    }

    private static TopologyCpu ReadCpu(string directory, int id, in CpuMask online, List<(int Id, CpuMask Cpus)> nodes)
    {
        var siblings = default(CpuMask);
        siblings.Add(id);
        if (ReadList(Path.Combine(directory, "topology", "thread_siblings_list")) is { } threads)
        {
            for (int cpu = threads.First; cpu >= 0; cpu = threads.Next(cpu + 1))
            {
                if (online.Contains(cpu))
                    siblings.Add(cpu);
            }
        }
        long capacity = ReadNumber(Path.Combine(directory, "cpu_capacity")) ?? FullCapacity;
        return new TopologyCpu
        {
            Id = id,
            // A CPU that no node lists belongs to the first.
            Node = Math.Max(nodes.FindIndex(node => node.Cpus.Contains(id)), 0),
            Package = (int)Math.Max(ReadNumber(Path.Combine(directory, "topology", "physical_package_id")) ?? 0, 0),
            Siblings = siblings,
            Capacity = (uint)Math.Clamp(capacity, 1, FullCapacity),
            Level2 = ReadCache(Path.Combine(directory, "cache", "index2")),
            Level3 = ReadCache(Path.Combine(directory, "cache", "index3")),
        };
    }

    /// <summary>
    /// The first CPU that shares the cache, or where the machine does not list them the cache's id; -1 without either. The list comes
    /// first, because virtual machines number a shared cache differently on each of its CPUs.
    /// </summary>
    private static int ReadCache(string directory)
    {
        if (ReadList(Path.Combine(directory, "shared_cpu_list")) is { IsEmpty: false } shared)
            return shared.First;
        return ReadNumber(Path.Combine(directory, "id")) is { } id ? (int)(id & int.MaxValue) : -1;
    }

    private static List<(int Id, CpuMask Cpus)> ReadNodes(string directory, in CpuMask online)
    {
        var nodes = new List<(int, CpuMask)>();
        foreach (int id in NumberedDirectories(directory, "node").Order())
        {
            var path = Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"node{id}"), "cpulist");
            if (ReadList(path) is { } cpus && cpus.Intersects(online))
                nodes.Add((id, cpus));
        }
        if (nodes.Count == 0)
            nodes.Add((0, online));
        return nodes;
    }

    private static IEnumerable<int> NumberedDirectories(string directory, string prefix)
    {
        if (!Directory.Exists(directory))
            yield break;
        foreach (string path in Directory.EnumerateDirectories(directory, prefix + "*"))
        {
            if (int.TryParse(Path.GetFileName(path.AsSpan())[prefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out int number))
                yield return number;
        }
    }

    private static CpuMask? ReadList(string path)
    {
        if (ReadText(path) is not { } text)
            return null;
        try
        {
            return CpuMask.ParseList(text);
        }
        catch (FormatException malformed)
        {
            throw Unreadable(path, malformed.Message, malformed);
        }
    }

    private static long? ReadNumber(string path) =>
        long.TryParse(ReadText(path), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? number : null;

    /// <summary>A file's text without white space around it; null if there is no such file or the kernel has nothing to say.</summary>
    private static string? ReadText(string path)
    {
        // Most machines lack some of the files: that is no exception.
        if (!File.Exists(path))
            return null;
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (IOException)
        {
            return null;
        }
        catch (UnauthorizedAccessException refused)
        {
            throw Unreadable(path, refused.Message, refused);
        }
    }

    private static SchedulerException Unreadable(string path, string why, Exception? inner) => new(ExitCode.UnfitMachine,
        $"the CPU topology could not be read from {path}: {why}",
        $"Mount sysfs, and check SCX_SYSFS_PREFIX if it is set; at most {CpuMask.Capacity} CPUs are supported.", inner);

    private static SchedulerException TooMany(int highest) => new(ExitCode.UnfitMachine,
        $"the machine has CPU {highest}; CPU numbers up to {CpuMask.Capacity - 1} are supported",
        "Start the kernel with possible_cpus= or nr_cpus= to limit them.");
}
