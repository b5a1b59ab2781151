// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime;
using Wd40.Placement;

namespace Wd40.Schedulers;

/// <summary>
/// Measures slot functions by what the verifier goes through. Each module is loaded, and never attached, with the core <c>meter</c>, whose
/// callbacks call one slot function each; the empty callback is taken off. Needs a kernel with sched_ext and the right to load programs.
/// </summary>
public sealed class SlotMeter
{
    /// <summary>The core that is only loaded: no scheduler can be made with it.</summary>
    internal const string Core = "core/meter";

    private const string Library = "arena/table", Prefix = "wd_meter_", Nothing = Prefix + "nothing";

    private readonly KernelInterface _kernel;
    private readonly Wd40Options _options;

    /// <summary>Prepares a measurement; nothing is loaded yet.</summary>
    /// <param name="kernel">The kernel that will verify.</param>
    /// <param name="options">Options with which the modules are set up: constants that the verifier knows decide what it visits.</param>
    public SlotMeter(KernelInterface kernel, Wd40Options options)
    {
        _kernel = kernel;
        _options = options;
    }

    /// <summary>Loads a module with the meter.</summary>
    /// <returns>The functions of its slot, by name; none for a core.</returns>
    /// <exception cref="SchedulerException">The machine cannot run sched_ext, or the module does not load on it.</exception>
    public IReadOnlyList<SlotCost> Measure(KnownModule module)
    {
        ArgumentNullException.ThrowIfNull(module);
        if (module.Slot == ModuleSlot.Core)
            return [];
        using var types = new KernelTypes(_kernel);
        new Doctor(_kernel, types).Require();
        // The same for all modules, so that their figures compare.
        var domains = Domains.ByCache(Topology.Read(_options.SysfsPrefix));
        var layout = new ArenaLayout(domains.NrCpuIds, domains.NrDomains, domains.NrNodes, _options.MaxTasks);
        var assembly = System.Reflection.Assembly.Load(SchedulerDefinition.LibraryAssembly);
        var composition = new Composition("meter",
            ModuleObject.FromResource(assembly, Core), ModuleObject.FromResource(assembly, Library), module.Load());
        using var linked = composition.Link();
        KernelFunctions.Require(linked, types.Read());
        using var open = OpenObject.Open(linked, new OpenOptions());
        SchedulerRun.SetShared(open, layout, domains, _options);
        module.Configure?.Invoke(open, _options, domains);
        open.StructOps!.DropUnknownMembers(types.Read());
        using var loaded = open.Load();
        var common = loaded.Programs[Nothing].VerifiedInstructions;
        var functions = Prefix + module.SlotName + '_';
        return
        [
            .. loaded.Programs.Values.Where(program => program.Name.StartsWith(functions, StringComparison.Ordinal))
                .OrderBy(program => program.Name, StringComparer.Ordinal)
                .Select(program => new SlotCost(module.SlotName, module.Name, program.Name[functions.Length..],
                    program.VerifiedInstructions - Math.Min(common, program.VerifiedInstructions))),
        ];
    }
}
