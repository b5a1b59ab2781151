// SPDX-License-Identifier: GPL-2.0-only
using Wd40.Vm.Compare;

namespace Wd40.UnitTests.Compare;

/// <summary>Which speed of the work loop a scenario is given.</summary>
public sealed class WorkSpeedTests
{
    private static readonly WorkSpeed _speed = WorkSpeed.Read("""{"scenario":"selftest","valid":true,"loops_per_us":20.5,"full_loops_per_us":5.25}""");

    [TestCase("requests", " --loops-per-us 20.5")]
    [TestCase("timer", " --loops-per-us 5.25")]
    [TestCase("frames", " --loops-per-us 5.25")]
    [TestCase("fairness", "")]
    public void A_scenario_gets_the_speed_of_the_machine_that_it_finds(string scenario, string option) =>
        Assert.That(_speed.OptionFor(ScenarioCatalog.Select([scenario])[0]), Is.EqualTo(option));

    [TestCase("no json")]
    [TestCase("""{"loops_per_us":20.5}""")]
    [TestCase("""{"loops_per_us":20.5,"full_loops_per_us":"fast"}""")]
    public void Anything_else_is_refused(string report) =>
        Assert.That(() => WorkSpeed.Read(report), Throws.TypeOf<FormatException>().With.Message.Contains("selftest"));
}
