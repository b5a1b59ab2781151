// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime;
using Wd40.ArenaRuntime.Layout;

namespace Wd40.HostTests;

/// <summary>Choices of modules, and what each linked object must fulfil.</summary>
internal static class Combinations
{
    /// <summary>Every choice of at most one module a slot, the empty one first and the largest last.</summary>
    public static IReadOnlyList<string[]> OfModules()
    {
        IEnumerable<string[]> choices = [[]];
        foreach (var slot in Shipped.Modules.GroupBy(name => Shipped.Object(name).Manifest.Slot))
            choices = choices.SelectMany(choice => slot.Select(name => (string[])[.. choice, name]).Prepend(choice)).ToArray();
        return choices.OrderBy(choice => choice.Length).ToArray();
    }

    /// <summary>Every order of <paramref name="items"/>.</summary>
    public static IEnumerable<T[]> Orders<T>(IReadOnlyList<T> items) => items.Count == 0
        ? [[]]
        : items.SelectMany((item, i) => Orders(items.Where((_, j) => j != i).ToArray()).Select(rest => (T[])[item, .. rest]));

    /// <summary>Each shared struct once and as the C# code knows it; nothing referred to that is neither defined nor the kernel's.</summary>
    public static void Require(LinkedObject linked)
    {
        var elf = ElfFile.Parse(linked.ToArray(), linked.Composition.Name);
        using var btf = Btf.FromBytes(elf.Section(".BTF", out _), linked.Composition.Name);
        var what = string.Join(", ", linked.Composition.Objects.Select(o => o.Manifest.Name));
        var structs = new LayoutReader(btf).ReadAll();
        var known = LayoutTable.Structs.ToDictionary(layout => layout.Name, StringComparer.Ordinal);
        Assert.That(structs.Select(found => found.Name), Is.SupersetOf(new[] { "wd_task", "wd_brief", "wd_layout", "wd_stats" }).And.Unique, what);
        foreach (var found in structs)
            Assert.That(LayoutCheck.Difference(known[found.Name], found), Is.Null, $"{found.Name} in {what}");

        var ofKernel = btf.OfKind(BtfKind.DataSection).Where(section => section.Name == ".ksyms").SelectMany(section => section.Members).Select(member => member.TypeId).ToHashSet();
        var unresolved = btf.OfKind(BtfKind.Function).Concat(btf.OfKind(BtfKind.Variable)).Where(type => type.IsExtern && !ofKernel.Contains(type.Id)).Select(type => type.Name);
        Assert.That(unresolved, Is.Empty, $"undefined in {what}");
    }
}
