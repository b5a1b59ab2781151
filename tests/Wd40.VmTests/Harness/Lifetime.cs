// SPDX-License-Identifier: GPL-2.0-only
using System.Globalization;
using Wd40.ArenaRuntime.Layout;
using Wd40.Schedulers;
using Wd40.Vm;
using Wd40.VmTests.Reports;

namespace Wd40.VmTests.Harness;

/// <summary>How long schedulers take to start and to stop, and the C loader of the same object that they are measured by.</summary>
internal static class Lifetime
{
    /// <summary>Bounds on starting are multiples of the C loader's time in the same boot: an emulated machine has no seconds of its own.</summary>
    public const double StartFactor = 5;

    private const int LimitMs = 120_000;

    /// <summary>Starts a scheduler, ends it half a second after it was enabled, and times both.</summary>
    /// <param name="guest">Where no scheduler runs.</param>
    /// <param name="command">What starts it.</param>
    public static async Task<LifetimeReport> OfAsync(Guest guest, string command) =>
        (await guest.CallAsync(FormattableString.Invariant($"exec {GuestPrograms.Probe} lifetime 500 {LimitMs} {command}")).ConfigureAwait(false))
        .ReadJson<LifetimeReport>();

    /// <summary>Puts the object that wd40 would link into the guest; returns the command that loads it from C.</summary>
    public static async Task<string> PrepareCLoaderAsync(Guest guest)
    {
        const string Object = GuestPrograms.Directory + "/linked.o";
        var options = new Wd40Options();
        using (var linked = Wd40Scheduler.Define(options).Compose().Link())
            await guest.WriteFileAsync(Object, linked.ToArray());
        var topology = guest.Options.Topology;
        var layout = new ArenaLayout((uint)topology.Cpus, (uint)topology.Llcs, (uint)topology.Nodes, options.MaxTasks);
        var tunables = LayoutTable.Structs.Single(type => type.Name == "wd_tunables");
        ulong Word(string field) => layout.Tunables + tunables.Fields.Single(f => f.Name == field).Offset;
        return string.Create(CultureInfo.InvariantCulture,
            $"{GuestPrograms.CLoader} {Object} {string.Join(',', Enumerable.Repeat(topology.CpusPerLlc, topology.Llcs))} "
            + $"size={layout.Size} cpus={layout.Cpus} stats={layout.Stats} domains={layout.Domains} tunables={layout.Tunables} "
            + $"requests={layout.Requests} briefs={layout.Briefs} tasks={layout.Tasks} max_tasks={layout.MaxTasks} "
            + $"nr_cpu_ids={layout.NrCpuIds} nr_domains={layout.NrDomains} nr_nodes={layout.NrNodes} "
            + $"@{Word("slice_min")}={options.Tuner.SliceMin} @{Word("slice_max")}={options.Tuner.SliceMax}");
    }
}
