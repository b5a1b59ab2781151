// SPDX-License-Identifier: GPL-2.0-only
using Wd40.Schedulers;

namespace Wd40.UnitTests.Schedulers;

[TestFixture]
public sealed class Wd40SchedulerTests
{
    [Test]
    public void It_has_a_core_and_one_module_a_slot() => Assert.That(
        Modules(new Wd40Options()),
        Is.EquivalentTo(new[] { "Core hybrid", "Library table", "Placement llc", "Deadline interactive", "LoadBalance rusty" }));

    [Test]
    public void Fifo_sched_takes_another_deadline_module() => Assert.That(
        Modules(new Wd40Options { FifoSched = true }),
        Is.EquivalentTo(new[] { "Core hybrid", "Library table", "Placement llc", "Deadline fifo", "LoadBalance rusty" }));

    [Test]
    public void The_name_is_one_that_the_kernel_takes() => Assert.Multiple(() =>
    {
        Assert.That(OpsName.Of(Wd40Scheduler.Name), Does.Match(@"^wd40_[0-9]+\.[0-9]+\.[0-9]+_x86_64_unknown_linux_gnu$"));
        Assert.That(OpsName.Of("a-b c"), Does.StartWith("a_b_c_"));
    });

    private static IEnumerable<string> Modules(Wd40Options options) =>
        Wd40Scheduler.Define(options).Compose().Objects.Select(module => $"{module.Manifest.Slot} {module.Manifest.Name}");
}
