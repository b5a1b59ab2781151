// SPDX-License-Identifier: GPL-2.0-only
using System.Globalization;
using System.Runtime.InteropServices;
using Wd40.ArenaRuntime.Layout;

namespace Wd40.ArenaRuntime;

/// <summary>
/// A scheduler as a list of BPF objects: one core, the library it needs, at most one module a slot. The order of the list has no
/// meaning. Everything that can be known without libbpf is checked on construction; <see cref="Link"/> then makes one object of them.
/// </summary>
public sealed class Composition
{
    // Read as a word below: the tag says what is linked in messages of libbpf and in /proc/PID/fd.
    private const string MemfdName = "wd40-bpf";

    /// <summary>Checks that the objects fit together and fit this runtime.</summary>
    /// <param name="name">Name of the scheduler: the linked object's and its maps' name in the kernel.</param>
    /// <param name="objects">The objects in any order.</param>
    /// <exception cref="CompositionException">Two modules for one slot, no core, another ABI, or different layouts of a shared struct.</exception>
    public Composition(string name, params IEnumerable<ModuleObject> objects)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Name = name;
        // Sorted, so that the linked object is the same whatever order they were named in: libraries, core, modules. libbpf's linker
        // gives a map a wrong offset when a file that refers to it comes before the file that defines it and has maps of its own.
        Objects = objects.OrderBy(o => o.Manifest.Slot == ModuleSlot.Library ? 0 : 1).ThenBy(o => o.Manifest.Slot).ThenBy(o => o.Manifest.Name, StringComparer.Ordinal).ToArray();
        CheckSlots();
        CheckAbi();
        CheckLayouts();
    }

    /// <summary>Name of the scheduler.</summary>
    public string Name { get; }

    /// <summary>The objects in the order in which they are linked.</summary>
    public IReadOnlyList<ModuleObject> Objects { get; }

    /// <summary>The object that fills a slot, or null.</summary>
    public ModuleObject? this[ModuleSlot slot] => Objects.FirstOrDefault(o => o.Manifest.Slot == slot);

    /// <summary>Refuses a module that was named for another slot than the one it fills.</summary>
    /// <returns>The same object, for chaining.</returns>
    /// <exception cref="CompositionException">The object fills another slot.</exception>
    public static ModuleObject Require(ModuleObject module, ModuleSlot slot)
    {
        ArgumentNullException.ThrowIfNull(module);
        return module.Manifest.Slot == slot
            ? module
            : throw new CompositionException($"module '{module.Manifest.Name}' fills the slot {Word(module.Manifest.Slot)}, not {Word(slot)}",
                $"Name a module of slot {Word(slot)}, or use this one as {Word(module.Manifest.Slot)}.");
    }

    /// <summary>Links the objects with libbpf's linker into memory; no file is written and no compiler is needed.</summary>
    /// <returns>The linked object, owned by the caller.</returns>
    /// <exception cref="BpfException">libbpf refused: the message holds its reason.</exception>
    public LinkedObject Link()
    {
        using var log = BpfLog.Capture();
        var output = Memfd.Create(MemfdName);
        try
        {
            using (var linker = Interop.Libbpf.LinkerNew(output.Path, 0))
            {
                if (linker.IsInvalid)
                    throw BpfException.Create("start the BPF linker", Marshal.GetLastPInvokeError(), log);
                foreach (var module in Objects)
                {
                    using var input = Memfd.Create(module.Manifest.Name, module.Bytes.Span);
                    log.Check($"link {module} into {Name}", Interop.Libbpf.LinkerAddFile(linker, input.Path, 0), ExitCode.LayoutMismatch);
                }
                log.Check($"finish linking {Name}", Interop.Libbpf.LinkerFinalize(linker), ExitCode.LayoutMismatch);
            }
            return new LinkedObject(this, output);
        }
        catch
        {
            output.Dispose();
            throw;
        }
    }

    private void CheckSlots()
    {
        var isTest = Objects.Any(o => o.Manifest.Slot == ModuleSlot.Test);
        foreach (var slot in Objects.GroupBy(o => o.Manifest.Slot))
        {
            if (slot.Key is ModuleSlot.Library or ModuleSlot.Test)
                continue;
            var names = slot.Select(o => $"'{o.Manifest.Name}' ({o.Source})").ToArray();
            if (names.Length > 1)
                throw new CompositionException($"slot {Word(slot.Key)} of {Name} is filled more than once: {string.Join(" and ", names)}",
                    "Leave one of them out.");
        }
        var twice = Objects.GroupBy(o => (o.Manifest.Slot, o.Manifest.Name)).FirstOrDefault(group => group.Count() > 1);
        if (twice is not null)
            throw new CompositionException($"{Word(twice.Key.Slot)} '{twice.Key.Name}' is named twice in {Name}", "Leave one of them out.");
        if (!isTest && this[ModuleSlot.Core] is null)
            throw new CompositionException($"{Name} has no core", "Add core/hybrid or another object of slot core.");
    }

    private void CheckAbi()
    {
        foreach (var module in Objects)
        {
            if (module.Manifest.Abi != LayoutTable.Abi)
                throw new CompositionException(
                    $"{module} was compiled for ABI {module.Manifest.Abi}, this runtime has ABI {LayoutTable.Abi}",
                    "Rebuild the module from the source tree of this runtime, or use the module that was shipped with it.");
        }
    }

    private void CheckLayouts()
    {
        var seen = new Dictionary<string, (ulong Hash, string Where)>(StringComparer.Ordinal);
        foreach (var layout in LayoutTable.Structs)
            seen[layout.Name] = (layout.Hash, "this runtime");
        foreach (var module in Objects)
        {
            foreach (var (type, hash) in module.Manifest.Layouts)
            {
                if (!seen.TryGetValue(type, out var known))
                    seen[type] = (hash, module.ToString());
                else if (known.Hash != hash)
                    throw new CompositionException(string.Create(CultureInfo.InvariantCulture,
                        $"struct {type} has layout {hash:x16} in {module} and {known.Hash:x16} in {known.Where}"),
                        "Build all objects and the runtime from one source tree (after a change of a header: tools/layout-gen/regenerate.sh).");
            }
        }
    }

    private static string Word(ModuleSlot slot) => slot.ToString().ToLowerInvariant();
}
