// SPDX-License-Identifier: GPL-2.0-only
using System.Text;
using Wd40.Tool.CommandLine;

namespace Wd40.UnitTests.Tool;

[TestFixture]
public sealed class InvokedNameTests
{
    [TestCase("/usr/bin/scx_wd40\0-g\00\0", "scx_wd40")]
    [TestCase("scx_wd40\0", "scx_wd40")]
    [TestCase("./wd40\0run\0wd40\0", "wd40")]
    [TestCase("wd40", "wd40")]
    [TestCase("", "")]
    public void The_name_is_the_file_name_of_the_first_word(string commandLine, string expected) =>
        Assert.That(InvokedName.FromCommandLine(Encoding.UTF8.GetBytes(commandLine)), Is.EqualTo(expected));

    [Test]
    public void The_running_process_has_a_name() => Assert.That(InvokedName.Read(), Is.Not.Empty.And.Not.Contain("/"));

    [TestCase("scx_wd40", "wd40"), TestCase("scx_rusty", "rusty")]
    public void An_alias_stands_for_run(string alias, string scheduler) =>
        Assert.That(InvokedName.Expand(alias, ["-g", "0"]), Is.EqualTo(new[] { "run", scheduler, "-g", "0" }));

    [TestCase("wd40")]
    [TestCase("rusty")]
    [TestCase("scx_llc")]
    [TestCase("dotnet")]
    public void Other_names_stand_for_nothing(string name) => Assert.That(InvokedName.Expand(name, ["doctor"]), Is.EqualTo(new[] { "doctor" }));

    [TestCase("scx_wd40", "wd40"), TestCase("scx_rusty", "rusty")]
    public void Arguments_of_an_alias_reach_the_scheduler(string alias, string scheduler)
    {
        using var fixture = new CommandLineFixture();
        Assert.That(fixture.Run(InvokedName.Expand(alias, ["--greedy-threshold", "4"])), Is.Zero, fixture.Error);
        Assert.That((fixture.GivenScheduler!.Name, fixture.Given!.GreedyThreshold), Is.EqualTo((scheduler, 4)));
    }
}
