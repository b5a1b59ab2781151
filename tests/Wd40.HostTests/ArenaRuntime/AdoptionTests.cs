// SPDX-License-Identifier: GPL-2.0-only
using System.Diagnostics;
using Wd40.ArenaRuntime;
using Wd40.ArenaRuntime.Layout;

namespace Wd40.HostTests.ArenaRuntime;

/// <summary>What a process takes over from another one: maps that are pinned, without their programs. One process plays both.</summary>
[TestFixture]
public sealed class AdoptionTests
{
    private const uint MaxTasks = 64;
    private const ulong HalfLife = 12_345;

    private string _root = null!;
    private PinDirectory _pins = null!;

    [SetUp]
    public void Load_and_leave()
    {
        _root = Directory.CreateTempSubdirectory("wd40-pins-").FullName;
        Mount("mount", "-t", "bpf", "none", _root);
        _pins = new PinDirectory(_root, "host");
        using var first = HostObject.Load(MaxTasks, [Shipped.Object("tests/bitmap")], open => open.SetVariable("wd_half_life", HalfLife));
        _pins.Create();
        first.Loaded.PinMapsTo(_pins);
        first.Tasks[5].Vtime = 0xabcdef;
        first.Column("bitmap_word")[3] = 77;
    }

    [TearDown]
    public void Unmount()
    {
        Mount("umount", _root);
        Directory.Delete(_root);
    }

    /// <summary>Arena and variables are those of the other one, not copies: a third sees what the second has written.</summary>
    [Test]
    public void Arena_and_variables_go_on()
    {
        foreach (var found in new ulong[] { 0xabcdef, 0xfedcba })
        {
            using var open = Open(HalfLife);
            using var adopted = open.Adopt(_pins);
            var layout = adopted.Variable<WdLayout>("wd_layout");
            ref var task = ref adopted.Arena!.Span<WdTask>(layout.Tasks, layout.MaxTasks)[5];
            Assert.That(task.Vtime, Is.EqualTo(found));
            Assert.That(adopted.Variable<ulong>("wd_half_life"), Is.EqualTo(HalfLife));
            Assert.That(adopted.Variables<ulong>("bitmap_word")[3], Is.EqualTo(77), "a variable outside of the arena");
            task.Vtime = 0xfedcba;
        }
    }

    /// <summary>The process that adopts must have been built with the same layouts. What it refuses stays as it is, for another one.</summary>
    [Test]
    public void Drifted_layout_is_refused_by_struct_and_field()
    {
        var drifted = LayoutTable.Structs.Select(layout => layout.Name != "wd_task" ? layout : layout with
        {
            Hash = layout.Hash + 1,
            Fields = layout.Fields.Select(field => field.Name == "vtime" ? field with { BitOffset = field.BitOffset + 64 } : field).ToArray(),
        }).ToArray();
        using var open = Open(HalfLife);
        var failure = Assert.Throws<SchedulerException>(() => open.Adopt(_pins, drifted))!;
        Assert.That(failure.ExitCode, Is.EqualTo(ExitCode.LayoutMismatch));
        Assert.That(failure.Message, Does.Contain("struct wd_task in the running host").And.Contain("field vtime moved from offset 72 to 64"));
        using var adopted = open.Adopt(_pins);
        Assert.That(adopted.Arena, Is.Not.Null);
    }

    /// <summary>Options that became read-only data are in force as they were loaded: others are refused by name and both values.</summary>
    [Test]
    public void Other_options_are_refused_by_variable_and_values()
    {
        using var open = Open(HalfLife + 1);
        var failure = Assert.Throws<SchedulerException>(() => open.Adopt(_pins))!;
        Assert.That(failure.Message, Does.Contain("loaded with wd_half_life = 12345, and this command line makes it 12346"));
    }

    [Test]
    public void Array_that_differs_is_shown_where_it_does()
    {
        using var open = Open(HalfLife);
        var domains = new byte[WdConstants.MaxCpus];
        domains[9] = 3;
        open.SetVariable<byte>("wd_cpu_domain", domains);
        Assert.That(() => open.Adopt(_pins), Throws.TypeOf<SchedulerException>().With.Message.Contains("wd_cpu_domain = ...").And.Message.Contains("at byte"));
    }

    [Test]
    public void Directory_without_maps_is_refused()
    {
        var empty = new PinDirectory(_root, "empty");
        empty.Create();
        using var open = Open(HalfLife);
        Assert.That(() => open.Adopt(empty), Throws.TypeOf<SchedulerException>().With.Message.Contains("has type information"));
        empty.Remove();
        Assert.That(empty.Exists, Is.False);
    }

    [Test]
    public void Directory_is_made_once_and_in_a_bpf_file_system_only()
    {
        Assert.That(_pins.Create, Throws.TypeOf<SchedulerException>().With.Message.Contains("is there already"));
        using var loaded = Open(HalfLife).Load();
        var elsewhere = new PinDirectory(Directory.CreateTempSubdirectory("wd40-no-bpf-").FullName, "host");
        elsewhere.Create();
        Assert.That(() => loaded.PinMapsTo(elsewhere), Throws.TypeOf<BpfException>().With.Property(nameof(SchedulerException.Remedy)).Contains("--pin-root-path"));
        Directory.Delete(Path.GetDirectoryName(Path.GetDirectoryName(elsewhere.Path))!, recursive: true);
    }

    private static OpenObject Open(ulong halfLife)
    {
        using var linked = new Composition("host", [Shipped.Object("tests/bitmap"), Shipped.Object("arena/table")]).Link();
        return HostObject.Configure(linked.Open(), MaxTasks, open => open.SetVariable("wd_half_life", halfLife));
    }

    private static void Mount(string command, params string[] arguments)
    {
        using var process = Process.Start(command, arguments);
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, $"{command} {string.Join(' ', arguments)}");
    }
}
