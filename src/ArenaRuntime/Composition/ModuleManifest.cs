// SPDX-License-Identifier: GPL-2.0-only
using System.Collections.ObjectModel;
using System.Globalization;
using System.Text;

namespace Wd40.ArenaRuntime;

/// <summary>
/// What a BPF object says about itself, read before anything is linked: section <c>.wd40.module</c> (one line, written by WD_MODULE in
/// the source) and section <c>.wd40.layout</c> (one line per shared struct, stamped after compiling by tools/layout-gen).
/// </summary>
public sealed class ModuleManifest
{
    /// <summary>Section with name, slot and ABI.</summary>
    public const string ModuleSection = ".wd40.module";

    /// <summary>Section with the hash of each shared struct.</summary>
    public const string LayoutSection = ".wd40.layout";

    // Far above what an object needs, far below what could hurt.
    private const int MaxLines = 512;

    private ModuleManifest(string name, ModuleSlot slot, int abi, ReadOnlyDictionary<string, ulong> layouts)
    {
        Name = name;
        Slot = slot;
        Abi = abi;
        Layouts = layouts;
    }

    /// <summary>Name of the module, unique within its slot.</summary>
    public string Name { get; }

    /// <summary>The slot it fills.</summary>
    public ModuleSlot Slot { get; }

    /// <summary>The ABI number it was compiled for (WD_ABI).</summary>
    public int Abi { get; }

    /// <summary>Layout hash of each shared struct that the object uses, by the struct's C name.</summary>
    public IReadOnlyDictionary<string, ulong> Layouts { get; }

    /// <summary>Reads both sections.</summary>
    /// <param name="elf">The object.</param>
    /// <param name="what">What to call the object in messages.</param>
    /// <exception cref="CompositionException">A section is missing or says nothing understandable.</exception>
    public static ModuleManifest Read(ElfFile elf, string what)
    {
        var (name, slot, abi) = ReadModule(elf, what);
        var layout = elf.Section(LayoutSection, out var stamped);
        if (!stamped)
            throw new CompositionException($"cannot use {what}: it was compiled but not stamped, section {LayoutSection} is missing",
                "Build it with build/Bpf.targets, or stamp it: layout-gen stamp OBJECT.");
        var layouts = new Dictionary<string, ulong>(StringComparer.Ordinal);
        foreach (var line in Lines(layout, what))
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words is not ["struct", var type, { Length: 16 } digits] ||
                !ulong.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hash) ||
                !layouts.TryAdd(type, hash))
                throw Damaged(what, LayoutSection, line);
        }
        return new ModuleManifest(name, slot, abi, layouts.AsReadOnly());
    }

    /// <summary>
    /// Reads the first section, and in place of the second the object's own type information, of which that is the sum: for objects that were
    /// built outside Wd40, without its tools.
    /// </summary>
    /// <param name="elf">The object.</param>
    /// <param name="types">Its type information.</param>
    /// <param name="what">What to call the object in messages.</param>
    /// <exception cref="CompositionException">The section is missing or says nothing understandable.</exception>
    public static ModuleManifest Read(ElfFile elf, Btf types, string what)
    {
        var (name, slot, abi) = ReadModule(elf, what);
        return new ModuleManifest(name, slot, abi, new ReadOnlyDictionary<string, ulong>(
            new Dictionary<string, ulong>(new Layout.LayoutReader(types).ReadHashes(), StringComparer.Ordinal)));
    }

    /// <summary>The text of section <see cref="LayoutSection"/> for the given hashes, in order of the names.</summary>
    public static string FormatLayouts(IEnumerable<KeyValuePair<string, ulong>> layouts)
    {
        var text = new StringBuilder();
        foreach (var (name, hash) in layouts.OrderBy(layout => layout.Key, StringComparer.Ordinal))
            text.Append(CultureInfo.InvariantCulture, $"struct {name} {hash:x16}\n");
        return text.ToString();
    }

    private static (string Name, ModuleSlot Slot, int Abi) ReadModule(ElfFile elf, string what)
    {
        var section = elf.Section(ModuleSection, out var present);
        if (!present)
            throw new CompositionException($"cannot use {what}: it has no manifest, section {ModuleSection} is missing",
                "Put WD_MODULE(\"name\", \"slot\") from wd40/module.h into the source and build again.");
        var lines = Lines(section, what);
        if (lines.Count != 1)
            throw new CompositionException($"cannot use {what}: section {ModuleSection} holds {lines.Count} lines instead of one",
                lines.Count == 0 ? "Build it again." : "Name the single objects, not the result of linking them.");
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var word in lines[0].Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = word.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0 || !values.TryAdd(word[..equals], word[(equals + 1)..]))
                throw Damaged(what, ModuleSection, lines[0]);
        }
        if (!values.TryGetValue("name", out var name) || name.Length == 0 || !values.TryGetValue("slot", out var slotName) ||
            !values.TryGetValue("abi", out var abiText) || !int.TryParse(abiText, NumberStyles.None, CultureInfo.InvariantCulture, out var abi))
            throw Damaged(what, ModuleSection, lines[0]);
        return (name, ParseSlot(slotName, what), abi);
    }

    private static ModuleSlot ParseSlot(string name, string what) => name switch
    {
        "core" => ModuleSlot.Core,
        "library" => ModuleSlot.Library,
        "placement" => ModuleSlot.Placement,
        "deadline" => ModuleSlot.Deadline,
        "loadbalance" => ModuleSlot.LoadBalance,
        "test" => ModuleSlot.Test,
        _ => throw new CompositionException($"cannot use {what}: it names the unknown slot '{name}'",
            "Slots are core, library, placement, deadline, loadbalance and test."),
    };

    private static List<string> Lines(ReadOnlySpan<byte> section, string what)
    {
        var lines = Encoding.UTF8.GetString(section)
            .Split(['\n', '\0'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).ToList();
        return lines.Count <= MaxLines ? lines : throw Damaged(what, ModuleSection, $"{lines.Count} lines");
    }

    private static CompositionException Damaged(string what, string section, string line) =>
        new($"cannot use {what}: section {section} is damaged at \"{(line.Length > 80 ? line[..80] + "…" : line)}\"", "Build it again.");
}
