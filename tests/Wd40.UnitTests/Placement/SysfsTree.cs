// SPDX-License-Identifier: GPL-2.0-only
using System.Globalization;

namespace Wd40.UnitTests.Placement;

/// <summary>A sysfs of a machine that does not exist, in a directory of its own.</summary>
internal sealed class SysfsTree : IDisposable
{
    private const string Cpus = "sys/devices/system/cpu";

    // Thousands of small files: memory, where there is a file system of it, is a hundred times faster than a busy disk.
    private const string Memory = "/dev/shm";

    private SysfsTree() => Root = Directory.CreateDirectory(
        Path.Combine(Directory.Exists(Memory) ? Memory : Path.GetTempPath(), "wd40-sysfs-" + Path.GetRandomFileName())).FullName;

    public string Root { get; }

    /// <summary>CPUs that stand online; each is placed by the functions given, null leaves the file out.</summary>
    public static SysfsTree Create(int cpus, Func<int, int>? package = null, Func<int, int?>? level3 = null, Func<int, int?>? level2 = null,
        Func<int, string>? siblings = null)
    {
        var tree = new SysfsTree();
        tree.Write($"{Cpus}/online", cpus == 1 ? "0" : $"0-{cpus - 1}");
        for (int cpu = 0; cpu < cpus; cpu++)
        {
            tree.Write($"{Cpus}/cpu{cpu}/topology/physical_package_id", Text(package?.Invoke(cpu) ?? 0));
            tree.Write($"{Cpus}/cpu{cpu}/topology/thread_siblings_list", siblings?.Invoke(cpu) ?? Text(cpu));
            if (level3?.Invoke(cpu) is { } l3)
                tree.Write($"{Cpus}/cpu{cpu}/cache/index3/id", Text(l3));
            if (level2?.Invoke(cpu) is { } l2)
                tree.Write($"{Cpus}/cpu{cpu}/cache/index2/id", Text(l2));
        }
        return tree;
    }

    public SysfsTree Online(string list) => Write($"{Cpus}/online", list);

    public SysfsTree Node(int id, string cpus) => Write($"sys/devices/system/node/node{id}/cpulist", cpus);

    public SysfsTree Cpu(int cpu, string file, string text) => Write($"{Cpus}/cpu{cpu}/{file}", text);

    public void Dispose() => Directory.Delete(Root, recursive: true);

    private SysfsTree Write(string path, string text)
    {
        string full = Path.Combine(Root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text + "\n");
        return this;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
