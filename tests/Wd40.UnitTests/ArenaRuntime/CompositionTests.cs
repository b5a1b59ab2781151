// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime;
using Wd40.ArenaRuntime.Layout;

namespace Wd40.UnitTests.ArenaRuntime;

/// <summary>What a composition refuses before libbpf opens anything; each refusal says which objects and why.</summary>
[TestFixture]
public sealed class CompositionTests
{
    [Test]
    public void Order_of_the_list_has_no_meaning()
    {
        ModuleObject[] objects = [Module("a", "deadline"), Module("table", "library"), Module("hybrid", "core"), Module("b", "placement")];
        var names = new Composition("x", objects).Objects.Select(o => o.Manifest.Name).ToArray();
        Assert.That(new Composition("x", objects.Reverse()).Objects.Select(o => o.Manifest.Name), Is.EqualTo(names));
    }

    [Test]
    public void Two_modules_for_one_slot_are_refused_by_name() =>
        AssertRefused("slot deadline of x is filled more than once: 'a'", Module("hybrid", "core"), Module("a", "deadline"), Module("b", "deadline"));

    [Test]
    public void The_same_library_twice_is_refused() =>
        AssertRefused("library 'table' is named twice", Module("hybrid", "core"), Module("table", "library"), Module("table", "library"));

    [Test]
    public void A_composition_without_core_is_refused() => AssertRefused("x has no core", Module("a", "deadline"));

    [Test]
    public void A_test_object_stands_in_for_the_core() => Assert.That(new Composition("x", Module("t", "test")).Objects, Has.Count.EqualTo(1));

    [Test]
    public void Another_abi_is_refused() =>
        AssertRefused($"was compiled for ABI 99, this runtime has ABI {LayoutTable.Abi}", Module("hybrid", "core"), ModuleObject.FromBytes("old.o", ElfBuilder.Module("old", "deadline", 99)));

    [Test]
    public void Another_layout_than_the_runtimes_is_refused_with_both_hashes()
    {
        var task = LayoutTable.Structs.Single(layout => layout.Name == "wd_task");
        AssertRefused($"struct wd_task has layout 0000000000000001 in Core hybrid (hybrid.o) and {task.Hash:x16} in this runtime",
            ModuleObject.FromBytes("hybrid.o", ElfBuilder.Module("hybrid", "core", layouts: [("wd_task", 1)])));
    }

    [Test]
    public void Two_layouts_of_a_struct_of_the_modules_own_are_refused() => AssertRefused("struct mine has layout 0000000000000002",
        ModuleObject.FromBytes("hybrid.o", ElfBuilder.Module("hybrid", "core", layouts: [("mine", 1)])),
        ModuleObject.FromBytes("a.o", ElfBuilder.Module("a", "deadline", layouts: [("mine", 2)])));

    [Test]
    public void An_unrelated_struct_does_not_refuse_an_object() => Assert.That(() => new Composition("x",
        ModuleObject.FromBytes("hybrid.o", ElfBuilder.Module("hybrid", "core", layouts: [("mine", 1)])),
        ModuleObject.FromBytes("a.o", ElfBuilder.Module("a", "deadline", layouts: [("other", 2)]))), Throws.Nothing);

    [Test]
    public void A_module_in_the_wrong_slot_is_refused() => Assert.That(() => Composition.Require(Module("a", "deadline"), ModuleSlot.Placement),
        Throws.TypeOf<CompositionException>().With.Message.EqualTo("module 'a' fills the slot deadline, not placement"));

    [TestCase("name=a slot=core", "", "damaged")]
    [TestCase("name=a slot=core abi=x", "", "damaged")]
    [TestCase("name=a slot=core abi=1 abi=1", "", "damaged")]
    [TestCase("name=a slot=kernel abi=1", "", "unknown slot 'kernel'")]
    [TestCase("name=a slot=core abi=1\nname=b slot=core abi=1", "", "holds 2 lines")]
    [TestCase("", "", "holds 0 lines")]
    [TestCase("name=a slot=core abi=1", "struct wd_task 12", "damaged")]
    [TestCase("name=a slot=core abi=1", "struct a 0000000000000001\nstruct a 0000000000000001", "damaged")]
    [TestCase("name=a slot=core abi=1", "union wd_task 0000000000000001", "damaged")]
    public void A_damaged_manifest_is_refused(string module, string layout, string reason) => Assert.That(
        () => ModuleObject.FromBytes("bad.o", ElfBuilder.Build((".wd40.module", module), (".wd40.layout", layout))),
        Throws.TypeOf<CompositionException>().With.Message.Contains(reason).And.Message.Contains("bad.o"));

    [Test]
    public void A_missing_manifest_or_stamp_is_refused()
    {
        Assert.That(() => ModuleObject.FromBytes("bad.o", ElfBuilder.Build((".text", ""))), Throws.TypeOf<CompositionException>().With.Message.Contains("it has no manifest"));
        Assert.That(() => ModuleObject.FromBytes("bad.o", ElfBuilder.Build((".wd40.module", "name=a slot=core abi=1"))),
            Throws.TypeOf<CompositionException>().With.Message.Contains("compiled but not stamped"));
    }

    private static ModuleObject Module(string name, string slot) => ModuleObject.FromBytes($"{name}.o", ElfBuilder.Module(name, slot));

    private static void AssertRefused(string message, params ModuleObject[] objects) => Assert.That(() => new Composition("x", objects),
        Throws.TypeOf<CompositionException>().With.Message.Contains(message).And.Property(nameof(SchedulerException.ExitCode)).EqualTo(ExitCode.LayoutMismatch)
            .And.Property(nameof(SchedulerException.Remedy)).Not.Empty);
}
