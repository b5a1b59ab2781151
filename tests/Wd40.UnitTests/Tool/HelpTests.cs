// SPDX-License-Identifier: GPL-2.0-only
using Wd40.Tool.CommandLine;

namespace Wd40.UnitTests.Tool;

[TestFixture]
public sealed class HelpTests
{
    [TestCase("wd40"), TestCase("rusty"), TestCase("rustland"), TestCase("compose")]
    public void Help_of_a_scheduler_is_as_reviewed(string scheduler)
    {
        using var fixture = new CommandLineFixture();
        Assert.That(fixture.Run("run", scheduler, "--help"), Is.Zero, fixture.Error);
        GoldenFile.Require($"run-{scheduler}-help.txt", fixture.Output);
    }

    [Test]
    public void Help_names_every_option()
    {
        using var fixture = new CommandLineFixture();
        fixture.Run("run", "wd40", "-h");
        foreach (var row in new Wd40OptionTable().Rows)
            Assert.That(fixture.Output, Does.Contain(row.Symbol.Name));
    }

    [Test]
    public void Help_wins_over_errors_and_runs_nothing()
    {
        using var fixture = new CommandLineFixture();
        Assert.Multiple(() =>
        {
            Assert.That(fixture.Run("run", "wd40", "-u", "0", "--help"), Is.Zero);
            Assert.That(fixture.Given, Is.Null);
        });
    }

    [Test]
    public void The_version_is_printed_and_nothing_runs()
    {
        using var fixture = new CommandLineFixture();
        Assert.Multiple(() =>
        {
            Assert.That(fixture.Run("run", "wd40", "--version"), Is.Zero, fixture.Error);
            Assert.That(fixture.Output, Does.Match(@"^\d+\.\d+\.\d+"));
            Assert.That(fixture.Given, Is.Null);
        });
    }
}
