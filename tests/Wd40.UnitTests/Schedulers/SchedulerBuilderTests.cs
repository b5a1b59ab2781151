// SPDX-License-Identifier: GPL-2.0-only
using System.Reflection;
using Wd40.ArenaRuntime;
using Wd40.Placement;
using Wd40.Schedulers;
using Wd40.UnitTests.Placement;

namespace Wd40.UnitTests.Schedulers;

[TestFixture]
public sealed class SchedulerBuilderTests
{
    private static readonly string[] _assemblies = ["Wd40.ArenaBpf", "Wd40.Placement", "Wd40.Deadline", "Wd40.LoadBalance"];

    [Test]
    public void A_scheduler_has_the_modules_that_were_named_and_the_library()
    {
        var scheduler = SchedulerBuilder.Named("mine").LoadBalance("none").Deadline("vtime").Placement("numa").Core("hybrid").Build();
        Assert.Multiple(() =>
        {
            Assert.That(scheduler.Modules.Select(module => module.ToString()),
                Is.EqualTo(new[] { "core hybrid", "placement numa", "deadline vtime", "loadbalance none" }));
            Assert.That(scheduler.Compose().Objects.Select(module => $"{module.Manifest.Slot} {module.Manifest.Name}"),
                Is.EquivalentTo(new[] { "Library table", "Core hybrid", "Placement numa", "Deadline vtime", "LoadBalance none" }));
            Assert.That(scheduler.Ops, Does.StartWith("mine_"));
            Assert.That(scheduler.HasBalancer, Is.False);
        });
    }

    [Test]
    public void A_slot_may_be_left_out_and_the_core_may_not()
    {
        var scheduler = SchedulerBuilder.Named("mine").Core("hybrid").Build();
        Assert.That(scheduler.Compose().Objects, Has.Count.EqualTo(2));
        Assert.That(scheduler[ModuleSlot.Deadline], Is.Null);
        Assert.That(() => SchedulerBuilder.Named("mine").Placement("llc").Build(), Throws.TypeOf<SchedulerException>().With.Message.Contains("no core"));
    }

    [Test]
    public void Every_combination_is_accepted()
    {
        string[] Names(ModuleSlot slot) => [.. ModuleRegistry.OfSlot(slot).Select(module => module.Name)];
        var names = new HashSet<string>();
        foreach (var placement in Names(ModuleSlot.Placement))
        {
            foreach (var deadline in Names(ModuleSlot.Deadline))
            {
                foreach (var balance in Names(ModuleSlot.LoadBalance))
                {
                    var scheduler = SchedulerBuilder.Named($"hybrid_{placement}_{deadline}_{balance}").Core("hybrid").Placement(placement)
                        .Deadline(deadline).LoadBalance(balance).Build();
                    Assert.That(scheduler.Compose().Objects, Has.Count.EqualTo(5));
                    Assert.That(scheduler.HasBalancer, Is.EqualTo(balance != "none"));
                    names.Add(scheduler.Ops);
                }
            }
        }
        Assert.That(names, Has.Count.EqualTo(4 * 3 * 3));
    }

    [Test]
    public void An_unknown_module_is_refused_with_those_there_are()
    {
        var failure = Assert.Throws<SchedulerException>(() => SchedulerBuilder.Named("mine").Core("hybrid").Deadline("rusty"))!;
        Assert.Multiple(() =>
        {
            Assert.That(failure.Message, Does.Contain("'rusty'").And.Contain("slot deadline"));
            Assert.That(failure.Remedy, Does.Contain("fifo, interactive, vtime"));
            Assert.That(failure.ExitCode, Is.EqualTo(ExitCode.Usage));
        });
    }

    [Test]
    public void A_slot_that_is_filled_twice_is_refused() => Assert.That(
        () => SchedulerBuilder.Named("mine").Core("hybrid").Deadline("fifo").Deadline("vtime"),
        Throws.TypeOf<SchedulerException>().With.Message.Contains("'fifo' and by 'vtime'"));

    [TestCase(""), TestCase("a-b"), TestCase("a b"), TestCase("a23456789012345678901234567890_2"), TestCase("\u00fc")]
    public void A_name_that_the_kernel_or_the_header_does_not_take_is_refused(string name) =>
        Assert.That(() => SchedulerBuilder.Named(name), Throws.TypeOf<SchedulerException>().With.Message.Contains($"'{name}'"));

    [Test]
    public void Each_placement_makes_its_own_domains()
    {
        using var tree = SysfsTree.Create(8, level3: cpu => cpu / 2).Node(0, "0-3").Node(1, "4-7");
        var topology = Topology.Read(tree.Root);
        var options = new Wd40Options { CpuMasks = CpuMask.ParseHexMasks("7f,80") };
        uint Domains(string placement) =>
            SchedulerBuilder.Named("mine").Core("hybrid").Placement(placement).Build().MakeDomains(topology, options).NrDomains;
        Assert.Multiple(() =>
        {
            Assert.That(Domains("llc"), Is.EqualTo(4));
            Assert.That(Domains("numa"), Is.EqualTo(2));
            Assert.That(Domains("flat"), Is.EqualTo(1));
            Assert.That(Domains("masks"), Is.EqualTo(2));
        });
    }

    [Test]
    public void The_registry_lists_every_module_that_is_built()
    {
        var built = _assemblies.SelectMany(assembly => ModuleObject.ResourceNames(Assembly.Load(assembly)))
            .Except(["arena/table", SlotMeter.Core]);
        Assert.That(ModuleRegistry.All.Select(module => $"{module.SlotName}/{module.ObjectName ?? module.Name}"), Is.EquivalentTo(built));
        foreach (var module in ModuleRegistry.All)
        {
            var manifest = module.Load().Manifest;
            Assert.Multiple(() =>
            {
                Assert.That((manifest.Slot, manifest.Name), Is.EqualTo((module.Slot, module.Name)));
                Assert.That(module.Description, Does.EndWith("."));
                Assert.That(module.ContentHash(), Does.Match("^[0-9a-f]{32}$"));
            });
        }
    }

    [TestCase("--cache-level", true, false), TestCase("--cpumasks", false, true), TestCase("--interval", true, false),
     TestCase("--partial", true, true), TestCase("--slice-us-underutil", true, true)]
    public void A_scheduler_knows_which_options_it_reads(string option, bool wd40, bool masksWithoutBalancer)
    {
        var other = SchedulerBuilder.Named("mine").Core("hybrid").Placement("masks").Deadline("fifo").LoadBalance("none").Build();
        Assert.Multiple(() =>
        {
            Assert.That(Wd40Scheduler.Define(new Wd40Options()).Reads(option), Is.EqualTo(wd40));
            Assert.That(other.Reads(option), Is.EqualTo(masksWithoutBalancer));
        });
    }
}
