// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime;
using Wd40.ArenaRuntime.Layout;

namespace Wd40.HostTests.ArenaRuntime;

/// <summary>Opening, editing and loading; each refusal before and at load.</summary>
[TestFixture]
public sealed class LoadingTests
{
    [Test]
    public void Planted_drift_is_refused_by_struct_field_and_offsets()
    {
        using var open = Open();
        var drifted = LayoutTable.Structs.Select(layout => layout.Name != "wd_task" ? layout : layout with
        {
            Hash = layout.Hash + 1,
            Fields = layout.Fields.Select(field => field.Name == "vtime" ? field with { BitOffset = field.BitOffset + 64 } : field).ToArray(),
        }).ToArray();
        var failure = Assert.Throws<SchedulerException>(() => open.Load(drifted))!;
        Assert.That(failure.ExitCode, Is.EqualTo(ExitCode.LayoutMismatch));
        Assert.That(failure.Message, Does.Contain("struct wd_task").And.Contain("field vtime moved from offset 72 to 64"));
        using var loaded = open.Load();
        Assert.That(loaded.Programs, Does.ContainKey("wd_setup"), "without the planted drift it loads");
    }

    [Test]
    public void Programs_report_the_verifiers_figures()
    {
        using var open = Open();
        using var loaded = open.Load();
        Assert.That(loaded.Programs["wd_setup"].VerifiedInstructions, Is.InRange(1, 20_000));
        Assert.That(loaded.Programs["wd_setup"].IsCallback, Is.False);
    }

    [Test]
    public void Callbacks_are_named_and_settings_are_read_back()
    {
        using var open = Open();
        var ops = open.StructOps!;
        Assert.That(ops.TypeName, Is.EqualTo("sched_ext_ops"));
        Assert.That(ops.IsSet("enqueue"), Is.True);
        ops.Set("timeout_ms", 12_345);
        ops.Set("name", "a_name");
        Assert.That(ops.Get("timeout_ms"), Is.EqualTo(12_345));
        Assert.That(() => ops.Set("timeout_ms", 1ul << 32), Throws.TypeOf<OverflowException>());
        Assert.That(() => ops.Set("no_such_member", 1), Throws.TypeOf<SchedulerException>().With.Message.Contains("no_such_member"));
        ops.Clear("enqueue");
        Assert.That(ops.IsSet("enqueue"), Is.False);
    }

    /// <summary>A member that the kernel's table does not have is left out, and named; those it has are kept.</summary>
    [Test]
    public void Members_unknown_to_a_kernel_are_dropped()
    {
        using var open = Open();
        // The object's own definition stands for a kernel that knows all members.
        Assert.That(open.StructOps!.DropUnknownMembers(open.Btf), Is.Empty);
        using var without = Btf.FromFile("/sys/kernel/btf/vmlinux");
        if (without.Find(BtfKind.Struct, "sched_ext_ops") is null)
            Assert.That(() => open.StructOps.DropUnknownMembers(without), Throws.TypeOf<SchedulerException>()
                .With.Property(nameof(SchedulerException.ExitCode)).EqualTo(ExitCode.UnfitMachine));
        Assert.That(open.StructOps.IsSet("enqueue"), Is.True);
    }

    [Test]
    public void Variable_of_another_name_or_size_is_refused()
    {
        using var open = Open();
        Assert.That(() => open.SetVariable("wd_half_life", 1u), Throws.TypeOf<SchedulerException>().With.Message.Contains("has 8 bytes, not 4"));
        Assert.That(() => open.SetVariable("no_such", 1ul), Throws.TypeOf<SchedulerException>().With.Message.Contains("no variable no_such"));
        open.SetVariable("wd_half_life", 77ul);
        using var loaded = open.Load();
        Assert.That(loaded.Variable<ulong>("wd_half_life"), Is.EqualTo(77));
        Assert.That(() => loaded.Variable<uint>("wd_half_life"), Throws.TypeOf<SchedulerException>());
        Assert.That(() => loaded.Run("no_such"), Throws.TypeOf<SchedulerException>().With.Message.Contains("no_such"));
    }

    /// <summary>All arenas have one address. A second one is refused before the kernel is asked, and the first stays what it was.</summary>
    [TestCase(64u, TestName = "A second arena in one process is refused: smaller")]
    [TestCase(1024u, TestName = "A second arena in one process is refused: as large")]
    [TestCase(65536u, TestName = "A second arena in one process is refused: larger")]
    public void A_second_arena_in_one_process_is_refused(uint maxTasks)
    {
        using (var first = HostObject.Load(1024, []))
        {
            first.Tasks[5].Pid = 77;
            Assert.That(() => HostObject.Load(maxTasks, []), Throws.TypeOf<SchedulerException>().With.Message.Contains("address 100000000000")
                .And.Property(nameof(SchedulerException.Remedy)).Contains("Dispose the other object first"));
            Assert.That(first.Tasks[5].Pid, Is.EqualTo(77));
            Assert.That(first.Arena.Ref<WdCpu>(first.Layout.Cpus).Slot, Is.EqualTo(WdConstants.NoSlot), "written by the set-up program");
        }
        using var next = HostObject.Load(maxTasks, []);
        Assert.That(next.Tasks[5].Pid, Is.Zero);
    }

    /// <summary>A load that fails leaves the arena's address free for the next.</summary>
    [Test]
    public void A_failed_load_gives_the_address_back()
    {
        using (var open = Open())
        {
            // The size of no arena: the kernel refuses the map after the address was taken.
            open.SetMapEntries("arena", (1 << 20) + 1);
            Assert.That(open.Load, Throws.TypeOf<BpfException>());
        }
        using var next = HostObject.Load(64, []);
        Assert.That(next.Arena.IsLive, Is.True);
    }

    [Test]
    public void Garbage_behind_a_valid_manifest_is_refused_with_libbpfs_reason()
    {
        var good = Shipped.Object("arena/table");
        var bytes = good.Bytes.ToArray();
        var btf = ElfFile.Parse(bytes, "x").Sections.Single(section => section.Name == ".BTF");
        bytes.AsSpan(btf.Offset, btf.Size).Fill(0xff);
        Assert.That(() => new Composition("x", [ModuleObject.FromBytes("bad.o", bytes), Shipped.Object("core/hybrid")]).Link(),
            Throws.TypeOf<BpfException>().With.Message.Contains("bad.o"));
    }

    private static OpenObject Open()
    {
        using var linked = new Composition("loading", Shipped.Object("arena/table"), Shipped.Object("core/hybrid")).Link();
        var open = linked.Open();
        open.DropStructOps();
        return open;
    }
}
