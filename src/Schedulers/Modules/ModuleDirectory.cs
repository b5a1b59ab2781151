// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime;
using Wd40.ArenaRuntime.Layout;

namespace Wd40.Schedulers;

/// <summary>
/// Modules that do not ship with Wd40: NAME.bpf.o, and where it has a C# half NAME.dll, side by side in a directory that nobody but root and the
/// user of this process can change. All is checked before the first line of a module's code runs. Immutable.
/// </summary>
public sealed class ModuleDirectory
{
    private const string ObjectSuffix = ".bpf.o";

    private static readonly ModuleSlot[] _slots = [ModuleSlot.Placement, ModuleSlot.Deadline, ModuleSlot.LoadBalance];

    private ModuleDirectory(string path, IReadOnlyList<KnownModule> modules)
    {
        Path = path;
        Modules = modules;
    }

    /// <summary>The directory, without symbolic links.</summary>
    public string Path { get; }

    /// <summary>Its modules, by name.</summary>
    public IReadOnlyList<KnownModule> Modules { get; }

    /// <summary>Reads a directory.</summary>
    /// <exception cref="SchedulerException">
    /// Somebody else can change it or a file of it, or a module cannot be used: truncated, foreign, of another ABI, with another layout of a shared
    /// struct, of a slot that is not for modules of directories, or of a name that one which ships has. The message says which and what to do.
    /// </exception>
    public static ModuleDirectory Read(string path)
    {
        var directory = TrustedPath.Directory(path);
        var names = Directory.EnumerateFileSystemEntries(directory, "*" + ObjectSuffix).Select(System.IO.Path.GetFileName).Cast<string>()
            .Order(StringComparer.Ordinal).ToArray();
        if (names.Length == 0)
            throw new SchedulerException(ExitCode.Usage, $"{directory} holds no module", $"Put NAME{ObjectSuffix} there, and NAME.dll where it has a C# half.");
        var found = names.Select(name => ReadFiles(directory, name)).ToArray();
        return new ModuleDirectory(directory, [.. found.Select(files => Make(files.Object, files.Assembly))]);
    }

    private static (ModuleObject Object, string? Assembly) ReadFiles(string directory, string name)
    {
        var module = ModuleObject.FromOutside(TrustedPath.FileIn(directory, name));
        RequireName(module, name[..^ObjectSuffix.Length]);
        RequireLayouts(module);
        var assembly = $"{module.Manifest.Name}.dll";
        // Not File.Exists: a link that leads nowhere is refused, not passed over.
        return (module, Directory.EnumerateFileSystemEntries(directory, assembly).Any() ? TrustedPath.FileIn(directory, assembly) : null);
    }

    private static void RequireName(ModuleObject module, string file)
    {
        var (name, slot) = (module.Manifest.Name, module.Manifest.Slot);
        if (name != file || !name.All(character => char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || character == '_'))
        {
            throw new CompositionException($"{module.Source} says that its name is '{name}'",
                $"Name file and module alike, in lower-case letters, digits and underscores: WD_MODULE(\"{name}\", …) in {name}{ObjectSuffix}.");
        }
        if (!_slots.Contains(slot))
        {
            throw new CompositionException($"{module.Source} fills the slot {ModuleRegistry.NameOf(slot)}, which is not open to modules of a directory",
                $"Slots for them are {string.Join(", ", _slots.Select(ModuleRegistry.NameOf))}.");
        }
        if (ModuleRegistry.OfSlot(slot).Any(shipped => shipped.Name == name))
        {
            throw new CompositionException($"{module.Source} has the name of a module that ships: {ModuleRegistry.NameOf(slot)} {name}",
                "Give it another name, in WD_MODULE and of the file.");
        }
    }

    private static void RequireLayouts(ModuleObject module)
    {
        if (module.Manifest.Abi != LayoutTable.Abi)
        {
            throw new CompositionException($"{module.Source} was compiled for ABI {module.Manifest.Abi}, this runtime has ABI {LayoutTable.Abi}",
                "Build it with the headers of this version (package Wd40.ArenaBpf).");
        }
        var known = LayoutTable.Structs.ToDictionary(layout => layout.Name, StringComparer.Ordinal);
        using var types = module.ReadBtf();
        foreach (var layout in new LayoutReader(types).ReadAll())
        {
            if (known.TryGetValue(layout.Name, out var expected) && LayoutCheck.Difference(expected, layout) is { } difference)
            {
                throw new CompositionException($"struct {layout.Name} in {module.Source} is not that of this runtime: {difference}",
                    "Build it with the headers of this version (package Wd40.ArenaBpf).");
            }
        }
    }

    private static KnownModule Make(ModuleObject module, string? assembly)
    {
        var component = assembly is null ? null : ModuleAssembly.Load(assembly);
        var (name, settings) = (module.Manifest.Name, component?.Settings ?? []);
        return new KnownModule
        {
            Name = name,
            Slot = module.Manifest.Slot,
            Origin = module.Source,
            Description = component?.Description ?? "Has no C# half.",
            Options = component?.Options ?? [],
            Settings = settings,
            Outside = module,
            Configure = component is null
                ? null
                : (open, options, _) => component.Configure(open, ModuleSettings.Of(name, settings, options.ModuleSettings)),
        };
    }
}
