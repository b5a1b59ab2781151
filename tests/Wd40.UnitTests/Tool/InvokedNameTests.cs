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

    [Test]
    public void The_alias_stands_for_run_wd40() =>
        Assert.That(InvokedName.Expand("scx_wd40", ["-g", "0"]), Is.EqualTo(new[] { "run", "wd40", "-g", "0" }));

    [TestCase("wd40")]
    [TestCase("scx_rusty")]
    [TestCase("dotnet")]
    public void Other_names_stand_for_nothing(string name) => Assert.That(InvokedName.Expand(name, ["doctor"]), Is.EqualTo(new[] { "doctor" }));

    [Test]
    public void Arguments_of_the_alias_reach_the_scheduler()
    {
        using var fixture = new CommandLineFixture();
        Assert.That(fixture.Run(InvokedName.Expand("scx_wd40", ["--greedy-threshold", "4"])), Is.Zero, fixture.Error);
        Assert.That(fixture.Given!.GreedyThreshold, Is.EqualTo(4));
    }
}
