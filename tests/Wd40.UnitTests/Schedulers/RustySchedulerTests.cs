// SPDX-License-Identifier: GPL-2.0-only
using Wd40.Placement;
using Wd40.Schedulers;

namespace Wd40.UnitTests.Schedulers;

[TestFixture]
public sealed class RustySchedulerTests
{
    /// <summary>Why the acceptance checks of wd40 hold for it: the same modules are linked, so the same program runs.</summary>
    [Test]
    public void Without_masks_it_is_made_of_the_modules_of_wd40() =>
        Assert.That(Modules(RustyScheduler.Define(RustyScheduler.Defaults)), Is.EqualTo(Modules(Wd40Scheduler.Define(new Wd40Options()))));

    [Test]
    public void Its_defaults_are_those_of_wd40_but_for_pulls_across_nodes() => Assert.Multiple(() =>
    {
        Assert.That(RustyScheduler.Defaults, Is.EqualTo(new Wd40Options { GreedyThresholdXNuma = 0 }));
        Assert.That(new Wd40Options().GreedyThresholdXNuma, Is.Null);
    });

    [Test]
    public void Masks_and_fifo_take_other_modules() => Assert.That(
        Modules(RustyScheduler.Define(new Wd40Options { CpuMasks = CpuMask.ParseHexMasks("f"), FifoSched = true })),
        Is.EquivalentTo(new[] { "Core hybrid", "Placement masks", "Deadline fifo", "LoadBalance rusty", "Library table" }));

    [Test]
    public void The_kernel_knows_it_by_its_name() =>
        Assert.That(RustyScheduler.Define(RustyScheduler.Defaults).Ops, Does.Match(@"^rusty_[0-9]+\.[0-9]+\.[0-9]+_x86_64_unknown_linux_gnu$"));

    private static IEnumerable<string> Modules(SchedulerDefinition scheduler) =>
        scheduler.Compose().Objects.Select(module => $"{module.Manifest.Slot} {module.Manifest.Name}");
}
