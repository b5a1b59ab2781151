// SPDX-License-Identifier: GPL-2.0-only
using System.Text.Json;
using Wd40.ArenaRuntime;
using Wd40.Schedulers;
using Wd40.Tool.CommandLine;

namespace Wd40.UnitTests.Tool;

/// <summary>The command lines of <c>wd40 run compose</c> and <c>wd40 modules</c>.</summary>
[TestFixture]
public sealed class ComposeTests
{
    [TestCase("", "hybrid_llc_interactive_rusty")]
    [TestCase("--placement numa --deadline vtime --balance none", "hybrid_numa_vtime_none")]
    [TestCase("--core hybrid --placement masks --cpumasks 0xf,0xf0 --balance rusty", "hybrid_masks_interactive_rusty")]
    [TestCase("--deadline fifo --name mine", "mine")]
    public void Modules_make_the_scheduler_and_its_name(string options, string name)
    {
        using var fixture = new CommandLineFixture();
        var words = options.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(fixture.Run(["run", "compose", .. words]), Is.Zero, fixture.Error);
        var scheduler = fixture.GivenScheduler!;
        Assert.That(scheduler.Name, Is.EqualTo(name));
        foreach (var module in scheduler.Modules.Where(_ => !words.Contains("--name")))
            Assert.That(name.Split('_'), Does.Contain(module.Name));
    }

    [TestCase("--cpumasks 0x0f,f0"), TestCase("--cpumasks 0x0f 0xf_0"), TestCase("--cpumasks 0f --cpumasks f0")]
    public void Masks_are_given_as_one_word_or_several(string masks)
    {
        using var fixture = new CommandLineFixture();
        Assert.That(fixture.Run(["run", "compose", "--placement", "masks", .. masks.Split(' '), "--dry-run", "-u", "5000"]), Is.Zero, fixture.Error);
        Assert.Multiple(() =>
        {
            Assert.That(string.Join(' ', fixture.Given!.CpuMasks), Is.EqualTo("0-3 4-7"));
            Assert.That(fixture.Given.DryRun, Is.True);
            Assert.That(fixture.Given.Tuner.SliceMax, Is.EqualTo(5_000_000));
        });
    }

    [Test]
    public void Without_options_of_modules_the_options_are_those_of_wd40()
    {
        using var fixture = new CommandLineFixture();
        fixture.Run("run", "compose", "--balance", "none");
        Assert.That(fixture.Given, Is.EqualTo(new Wd40Options()));
    }

    [TestCase("--placement cache", "--placement: 'cache' is not valid; valid: flat, llc, masks, numa")]
    [TestCase("--core rusty", "--core: 'rusty' is not valid; valid: hybrid")]
    [TestCase("--deadline llc", "--deadline: 'llc' is not valid; valid: fifo, interactive, vtime")]
    [TestCase("--balance no", "--balance: 'no' is not valid; valid: none, rusty, level")]
    [TestCase("--placement masks", "--placement masks needs --cpumasks")]
    [TestCase("--placement masks --cpumasks 0xg", "--cpumasks: '0xg' is not valid")]
    [TestCase("--placement masks --cpumasks", "--cpumasks")]
    [TestCase("--cpumasks 0xff", "--cpumasks does not apply to core hybrid, placement llc, deadline interactive, loadbalance rusty; it is an option of "
        + "placement masks")]
    [TestCase("--placement flat -g 2", "--greedy-threshold does not apply to")]
    [TestCase("--placement numa -c 2", "it is an option of placement llc")]
    [TestCase("--balance none --no-load-balance", "it is an option of loadbalance rusty")]
    [TestCase("--balance level --balance-cutoff 1", "it is an option of loadbalance rusty")]
    [TestCase("--balance none -i 1", "--interval does not apply to")]
    [TestCase("--fifo-sched", "--fifo-sched")]
    [TestCase("--name a-b", "'a-b' is no name for a scheduler")]
    [TestCase("--stats 1 --monitor 1", "give one of them")]
    [TestCase("--module-dir /nowhere/modules", "cannot use /nowhere/modules: ENOENT")]
    [TestCase("--set a.b=1", "no module of hybrid_llc_interactive_rusty has a setting 'a.b'")]
    [TestCase("--set a.b", "setting 'a.b' is not of the form MODULE.NAME=VALUE")]
    public void What_does_not_fit_is_refused_and_nothing_runs(string options, string message)
    {
        using var fixture = new CommandLineFixture();
        Assert.Multiple(() =>
        {
            Assert.That(fixture.Run(["run", "compose", .. options.Split(' ')]), Is.EqualTo((int)ExitCode.Usage));
            Assert.That(fixture.Given, Is.Null);
            Assert.That(fixture.Error, Does.Contain(message));
        });
    }

    /// <summary>A module that lists a name that no option has would refuse nothing.</summary>
    [Test]
    public void Options_of_modules_exist()
    {
        var names = new ComposeOptionTable().Rows.Select(row => row.Symbol.Name);
        Assert.That(ModuleRegistry.All.SelectMany(module => module.Options).Distinct(), Is.SubsetOf(names));
    }

    [Test]
    public void Modules_are_listed_with_slot_origin_hash_and_options()
    {
        using var fixture = new CommandLineFixture();
        Assert.That(fixture.Run("modules"), Is.Zero, fixture.Error);
        foreach (var module in ModuleRegistry.All)
        {
            var line = $@"{module.SlotName} +{module.Name} +{module.Origin} +{module.ContentHash()[..12]}  {module.Description}";
            Assert.That(fixture.Output, Does.Match(line));
        }
        Assert.That(fixture.Output, Does.Contain("options: --cpumasks --greedy-threshold"));
    }

    [Test]
    public void Modules_are_listed_as_json()
    {
        using var fixture = new CommandLineFixture();
        Assert.That(fixture.Run("modules", "--json"), Is.Zero, fixture.Error);
        using var document = JsonDocument.Parse(fixture.Output);
        var listed = document.RootElement.EnumerateArray().ToArray();
        Assert.That(listed.Select(module => $"{module.GetProperty("slot")} {module.GetProperty("name")}"),
            Is.EqualTo(ModuleRegistry.All.Select(module => module.ToString())));
        foreach (var (element, module) in listed.Zip(ModuleRegistry.All))
        {
            Assert.That(element.GetProperty("xxh128").GetString(), Is.EqualTo(module.ContentHash()));
            Assert.That(element.GetProperty("options").EnumerateArray().Select(option => option.GetString()), Is.EqualTo(module.Options));
        }
    }
}
