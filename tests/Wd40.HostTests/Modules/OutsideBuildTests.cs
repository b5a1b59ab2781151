// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime;
using Wd40.Schedulers;

namespace Wd40.HostTests.Modules;

/// <summary>
/// The samples and what dotnet new makes of them, built against the packages of dotnet pack by samples/build.sh, and taken by name. test.sh has built
/// them for both tiers that use them, and says where; otherwise they are built here.
/// </summary>
[TestFixture]
public sealed class OutsideBuildTests
{
    /// <summary>Names the directory where samples/build.sh has left what it built of the present tree.</summary>
    private const string Variable = "WD40_SAMPLES";

    private string _out = "";
    private bool _own;

    [OneTimeSetUp]
    public void Build()
    {
        var given = Environment.GetEnvironmentVariable(Variable);
        _own = string.IsNullOrEmpty(given);
        if (!_own)
        {
            _out = given!;
            Assert.That(Directory.Exists(_out), $"{_out} does not exist ({Variable} names it): unset the variable, or samples/build.sh --out {_out}");
            return;
        }
        _out = Directory.CreateTempSubdirectory("wd40-samples-").FullName;
        Programs.Run(Path.Combine(SourceTree.Root, "samples/build.sh"), "--out", _out);
    }

    [OneTimeTearDown]
    public void Remove()
    {
        if (_own)
            Directory.Delete(_out, recursive: true);
    }

    [TestCase("mymodule"), TestCase("mine")]
    public void A_module_built_outside_is_taken_by_name_with_its_settings(string name)
    {
        var directory = ModuleDirectory.Read(Path.Combine(_out, name));
        var module = directory.Modules.Single();
        Assert.Multiple(() =>
        {
            Assert.That(module.ToString(), Is.EqualTo($"deadline {name}"));
            Assert.That(module.Description, Does.StartWith("Weighted virtual time"));
            Assert.That(module.Settings.Select(setting => setting.Name), Is.EqualTo(new[] { "floor-weight" }));
        });
        var scheduler = SchedulerBuilder.Named("outside").ModulesFrom(directory).Core("hybrid").Placement("llc").Deadline(name).Build();
        using var linked = scheduler.Compose().Link();
        Combinations.Require(linked);
        using var open = linked.Open();
        Assert.That(open.HasVariable("my_floor"));
        Assert.That(scheduler.Reads("--slice-us-overutil"), Is.True);
        Assert.That(ModuleSettings.Parse(scheduler, [$"{name}.floor-weight=50"]), Is.EqualTo(new Dictionary<string, ulong> { [$"{name}.floor-weight"] = 50 }));
        foreach (var (word, message) in new[]
        {
            ("floor-weight", "not of the form"), ("other.floor-weight=1", "no module of outside has a setting 'other.floor-weight'"),
            ($"{name}.floor-weight=101", "'101' is not valid"), ($"{name}.floor-weight=-1", "'-1' is not valid"),
        })
        {
            Assert.That(() => ModuleSettings.Parse(scheduler, [word]), Throws.TypeOf<SchedulerException>().With.Message.Contains(message)
                .And.Property(nameof(SchedulerException.Remedy)).Not.Empty);
        }
    }

    /// <summary>It composes itself, of modules that ship and of one from a directory, and is refused by a machine that cannot run it.</summary>
    [Test]
    public void A_scheduler_of_the_template_is_a_program_of_its_own()
    {
        var program = Path.Combine(_out, "my_scheduler/my_scheduler.dll");
        if (!Directory.Exists("/sys/kernel/sched_ext"))
        {
            foreach (var arguments in new[] { Array.Empty<string>(), [Path.Combine(_out, "mymodule")] })
                Assert.That(Programs.RunTo((int)ExitCode.UnfitMachine, "dotnet", [program, .. arguments]).Error, Does.Contain("my_scheduler").And.Contain("sched_ext"));
        }
        Assert.That(Programs.RunTo((int)ExitCode.Usage, "dotnet", program, _out).Error, Does.Contain($"{_out} holds no module"));
    }
}
