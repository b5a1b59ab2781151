// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime;
using Wd40.ArenaRuntime.Layout;
using Wd40.Schedulers;

namespace Wd40.HostTests;

/// <summary>The library and other objects, linked, loaded into this kernel and set up, without the table of callbacks.</summary>
internal sealed class HostObject : IDisposable
{
    /// <summary>Rows of a column (TEST_ROWS in arena-bpf/tests/columns.h).</summary>
    public const int Rows = 65536;

    private HostObject(LoadedObject loaded, ArenaLayout layout)
    {
        Loaded = loaded;
        Layout = layout;
    }

    /// <summary>The object in the kernel.</summary>
    public LoadedObject Loaded { get; }

    /// <summary>Where the parts of its arena lie.</summary>
    public ArenaLayout Layout { get; }

    /// <summary>Its live arena.</summary>
    public Arena Arena => Loaded.Arena ?? throw new InvalidOperationException("the linked object has no arena");

    /// <summary>The task records.</summary>
    public ArenaSpan<WdTask> Tasks => Arena.Span<WdTask>(Layout.Tasks, Layout.MaxTasks);

    /// <summary>Links <paramref name="objects"/> with the library, loads them, populates the arena and runs the set-up program.</summary>
    /// <param name="maxTasks">Slots of the task table.</param>
    /// <param name="objects">Objects besides the library, or none; a core's callbacks are left out.</param>
    /// <param name="configure">Sets variables before load.</param>
    public static HostObject Load(uint maxTasks, IEnumerable<ModuleObject> objects, Action<OpenObject>? configure = null)
    {
        var parts = objects.Where(o => o.Manifest.Slot != ModuleSlot.Library).Append(Shipped.Object("arena/table")).ToList();
        // A composition without a core is one of tests; the library alone gets the smallest of them.
        if (!parts.Exists(o => o.Manifest.Slot is ModuleSlot.Core or ModuleSlot.Test))
            parts.Add(Shipped.Object("tests/bitmap"));
        var composition = new Composition("host", parts);
        using var linked = composition.Link();
        using var open = Configure(linked.Open(), maxTasks, configure);
        var layout = LayoutOf(new TestDomains(PossibleCpus()), maxTasks);
        var loaded = open.Load();
        try
        {
            var host = new HostObject(loaded, layout);
            host.Arena.Populate();
            host.Run("wd_setup");
            return host;
        }
        catch
        {
            loaded.Dispose();
            throw;
        }
    }

    /// <summary>Sets what every object needs before load, for a task table of that size.</summary>
    public static OpenObject Configure(OpenObject open, uint maxTasks, Action<OpenObject>? configure = null)
    {
        var domains = new TestDomains(PossibleCpus());
        var layout = LayoutOf(domains, maxTasks);
        open.DropStructOps();
        open.SetArenaSize(layout.Size);
        open.SetMapEntries("wd_free_slots", maxTasks);
        open.SetVariable("wd_layout", layout.ToStruct());
        open.SetVariable("wd_half_life", (ulong)WdConstants.Sec);
        open.SetVariable<byte>("wd_cpu_domain", domains.CpuDomain);
        open.SetVariable<byte>("wd_domain_node", domains.DomainNode);
        open.SetVariable<ulong>("wd_domain_cpus", domains.DomainCpus);
        configure?.Invoke(open);
        return open;
    }

    private static ArenaLayout LayoutOf(TestDomains domains, uint maxTasks) => new(domains.NrCpuIds, domains.NrDomains, domains.NrNodes, maxTasks);

    /// <summary>A column of arguments or results.</summary>
    public Span<ulong> Column(string name) => Loaded.Variables<ulong>(name);

    /// <summary>A counter.</summary>
    public ref ulong Word(string name) => ref Loaded.Variable<ulong>(name);

    /// <summary>Runs a program that must return 0.</summary>
    public void Run(string program) => Assert.That(Loaded.Run(program), Is.Zero, $"{program} failed");

    /// <summary>Runs a program that must return 0.</summary>
    public void Run<T>(string program, T arguments) where T : unmanaged => Assert.That(Loaded.Run(program, ref arguments), Is.Zero, $"{program} failed");

    /// <inheritdoc/>
    public void Dispose() => Loaded.Dispose();

    // "0-7", or "0" on a machine with one CPU.
    private static int PossibleCpus() => int.Parse(File.ReadAllText("/sys/devices/system/cpu/possible").Trim().Split('-', ',')[^1], System.Globalization.CultureInfo.InvariantCulture) + 1;
}
