// SPDX-License-Identifier: GPL-2.0-only
using System.Text;
using Wd40.ArenaRuntime;
using Wd40.ArenaRuntime.Layout;

namespace Wd40.HostTests.Objects;

/// <summary>What every embedded BPF object must carry, read from its ELF file and its BTF.</summary>
[TestFixture]
public sealed class ObjectTests
{
    private const uint NoteSection = 7;
    private static readonly string[] _writers = ["core", "user", "deadline", "loadbalance", "placement", "ATOMIC"];

    private static IEnumerable<string> Names() => Shipped.Names;

    [Test]
    public void All_sources_are_embedded()
    {
        var sources = SourceTree.Files("arena-bpf", ".c").Select(path => path["arena-bpf/".Length..].Replace(".bpf.c", "", StringComparison.Ordinal));
        Assert.That(Shipped.Names, Is.EquivalentTo(sources));
    }

    [TestCaseSource(nameof(Names))]
    public void Object_has_one_license_and_a_manifest(string name)
    {
        var module = Shipped.Object(name);
        var elf = ElfFile.Parse(module.Bytes, name);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(elf.Sections.Count(section => section.Name == "license"), Is.EqualTo(1));
            Assert.That(Encoding.ASCII.GetString(elf.Section("license", out _)), Is.EqualTo("GPL\0"));
            Assert.That(elf.Sections.Where(section => section.Type == NoteSection), Is.Empty, "libbpf refuses notes");
            Assert.That(elf.Sections.Where(section => section.Name.StartsWith(".debug", StringComparison.Ordinal)), Is.Empty, "debug information is stripped");
            // A name on the command line may have dashes, a file of the kernel half has none.
            Assert.That(module.Manifest.Name.Replace("-", "", StringComparison.Ordinal), Is.EqualTo(Path.GetFileName(name)), "named after its file");
            Assert.That(module.Manifest.Slot, Is.EqualTo(SlotOf(name)));
            Assert.That(module.Manifest.Abi, Is.EqualTo(LayoutTable.Abi));
        }
    }

    [TestCaseSource(nameof(Names))]
    public void Stamp_names_the_shared_structs_of_the_object(string name)
    {
        var module = Shipped.Object(name);
        using var btf = module.ReadBtf();
        var structs = new LayoutReader(btf).ReadAll();
        Assert.That(module.Manifest.Layouts, Is.EquivalentTo(structs.ToDictionary(layout => layout.Name, layout => layout.Hash)));
        Assert.That(structs.Select(layout => layout.Name), Is.Unique);
        Assert.That(module.Manifest.Layouts, Is.SubsetOf(LayoutTable.Structs.ToDictionary(layout => layout.Name, layout => layout.Hash)), "as the C# code knows them");
    }

    [TestCaseSource(nameof(Names))]
    public void Every_field_of_a_shared_struct_names_its_writer(string name)
    {
        using var btf = Shipped.Object(name).ReadBtf();
        foreach (var layout in new LayoutReader(btf).ReadAll())
        {
            foreach (var field in layout.Fields)
                Assert.That(field.Writer.Split(' '), Is.SubsetOf(_writers).And.Not.EquivalentTo(new[] { "ATOMIC" }), $"{layout.Name}.{field.Name}");
        }
    }

    [TestCaseSource(nameof(Names))]
    public void Shared_maps_and_variables_are_defined_in_one_object(string name)
    {
        using var btf = Shipped.Object(name).ReadBtf();
        var defined = btf.OfKind(BtfKind.Variable).Where(variable => !variable.IsExtern).Select(variable => variable.Name).ToArray();
        var library = name == "arena/table";
        foreach (var shared in new[] { "arena", "wd_layout", "wd_half_life", "wd_cpu_domain", "wd_domain_node", "wd_domain_cpus" })
            Assert.That(!library && defined.Contains(shared), Is.False, shared);
        if (library)
            Assert.That(defined, Does.Contain("arena").And.Contain("wd_layout").And.Contain("wd_cpu_domain").And.Contain("wd_free_slots"));
    }

    /// <summary>A struct that is reached through an arena pointer only must be in the BTF all the same, or its layout goes unchecked.</summary>
    [TestCase("core/hybrid", "wd_brief wd_cpu wd_domain wd_exit_record wd_layout wd_ravg wd_request wd_stats wd_task")]
    [TestCase("arena/table", "wd_brief wd_cpu wd_layout wd_ravg wd_task")]
    [TestCase("placement/llc", "wd_layout wd_ravg wd_task wd_tunables")]
    [TestCase("placement/flat", "wd_layout wd_ravg wd_task")]
    [TestCase("placement/masks", "wd_layout wd_ravg wd_task wd_tunables")]
    [TestCase("placement/numa", "wd_layout wd_ravg wd_task wd_tunables")]
    [TestCase("deadline/fifo", "wd_layout wd_ravg wd_task wd_tunables")]
    [TestCase("deadline/interactive", "wd_layout wd_ravg wd_stats wd_task wd_tunables")]
    [TestCase("deadline/vtime", "wd_layout wd_ravg wd_stats wd_task wd_tunables")]
    [TestCase("loadbalance/rusty", "wd_ravg wd_task")]
    [TestCase("loadbalance/level", "wd_ravg wd_task")]
    public void Structs_behind_arena_pointers_are_stamped(string name, string structs) =>
        Assert.That(Shipped.Object(name).Manifest.Layouts.Keys, Is.SupersetOf(structs.Split(' ')));

    private static ModuleSlot SlotOf(string name) => name.Split('/')[0] switch
    {
        "core" => ModuleSlot.Core,
        "arena" => ModuleSlot.Library,
        "tests" or "bench" => ModuleSlot.Test,
        "placement" => ModuleSlot.Placement,
        "deadline" => ModuleSlot.Deadline,
        "loadbalance" => ModuleSlot.LoadBalance,
        var folder => throw new InvalidOperationException($"arena-bpf/{folder} is the folder of no slot"),
    };
}
