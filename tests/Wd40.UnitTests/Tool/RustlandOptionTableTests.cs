// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime;
using Wd40.Schedulers.UserSpace;
using Wd40.Tool.CommandLine;

namespace Wd40.UnitTests.Tool;

/// <summary>The command line of <c>wd40 run rustland</c>.</summary>
[TestFixture]
public sealed class RustlandOptionTableTests
{
    /// <summary>Names and short forms of scx_rustland 1.1: changing one breaks command lines in use.</summary>
    private static readonly (string Name, string? Short)[] _specified =
    [
        ("--slice-us", "-s"), ("--slice-us-min", "-S"), ("--percpu-local", "-l"), ("--numa-local", "-n"), ("--partial", "-p"), ("--exit-dump-len", null),
        ("--verbose", "-v"), ("--stats", null), ("--monitor", null), ("--help-stats", null), ("--relaxed-maps", null), ("--pin-root-path", null),
        ("--kconfig", null), ("--btf-custom-path", null), ("--bpf-token-path", null),
    ];

    private static readonly (string[] Arguments, string Value, string Remedy)[] _invalid =
    [
        (["--policy", "lottery"], "there is no policy lottery", "deadline, interactive"),
        (["-s", "99"], "--slice-us 99 is outside 100 to 1000000 us", "within that range"),
        (["--slice-us", "1000001"], "--slice-us 1000001", "within that range"),
        (["-s", "1.5"], "--slice-us: '1.5'", "100 to 1000000"),
        (["-S", "9"], "--slice-us-min 9 is outside 10 to 100000 us", "within that range"),
        (["-S", "-1"], "--slice-us-min: '-1'", "10 to 100000"),
        (["--policy", "interactive", "-s", "249"], "--slice-us 249 is outside 250 to 1000000 us", "within that range"),
        (["--policy", "interactive", "-S", "1000"], "policy interactive has no option --slice-us-min", "--slice-boost"),
        (["--policy", "interactive", "-l"], "policy interactive has no option --percpu-local", "--builtin-idle"),
        (["--slice-boost", "5"], "policy deadline has no option --slice-boost", "--slice-us-min"),
        (["--policy", "interactive", "--slice-boost", "10001"], "--slice-boost 10001 is outside 0 to 10000", "within that range"),
        (["--takeover-ms", "9"], "--takeover-ms: '9'", "10 to 1000"),
        (["--takeover-ms", "1001"], "--takeover-ms: '1001'", "10 to 1000"),
        (["--takeover-ms", "0"], "--takeover-ms: '0'", "10 to 1000"),
        (["--takeover-ms"], "--takeover-ms", "--help"),
        (["--max-tasks", "100"], "--max-tasks: '100'", "power of two"),
        (["--stats", "0"], "--stats: '0'", "0.05 or more"),
        (["--stats", "1", "--monitor", "1"], "--monitor", "give one of them"),
        (["--cpumasks", "0xff"], "--cpumasks", "--help"),
        (["--greedy-threshold", "1"], "--greedy-threshold", "--help"),
    ];

    [Test]
    public void Names_and_short_forms_are_those_of_the_specification() =>
        Assert.That(new RustlandOptionTable().Rows.Select(row => (row.Symbol.Name, row.Short)), Is.SupersetOf(_specified));

    [Test]
    public void Without_options_it_is_deadline_as_specified()
    {
        using var fixture = new CommandLineFixture();
        Assert.That(fixture.Run("run", "rustland"), Is.Zero, fixture.Error);
        var given = fixture.Given!.UserSpace;
        Assert.Multiple(() =>
        {
            Assert.That((given.Policy, given.TakeoverMs, given.OwnSliceUs, given.NumaLocal), Is.EqualTo(("deadline", 50u, 1000u, false)));
            Assert.That(given.PolicyOptions, Is.Empty, "the policy's own defaults hold");
            Assert.That(fixture.GivenScheduler!.Policy!.Name, Is.EqualTo("deadline"));
        });
    }

    [Test]
    public void Each_option_reaches_what_reads_it()
    {
        var given = CommandLineFixture.ParseFor("rustland", "-s", "10000", "-S", "500", "-l", "-n", "--takeover-ms", "200", "-p").UserSpace;
        Assert.Multiple(() =>
        {
            Assert.That(given.PolicyOptions, Is.EquivalentTo(new Dictionary<string, ulong> { ["slice-us"] = 10_000, ["slice-us-min"] = 500, ["percpu-local"] = 1 }));
            Assert.That((given.TakeoverMs, given.NumaLocal), Is.EqualTo((200u, true)));
            Assert.That(given.OwnSliceUs, Is.EqualTo(500u), "the kernel half gives the slice of the policy");
        });
    }

    [Test]
    public void Options_are_those_of_the_policy_that_is_named()
    {
        var given = CommandLineFixture.ParseFor("rustland", "--policy", "interactive", "--slice-us", "250", "--slice-boost", "7", "--builtin-idle", "--no-preemption").UserSpace;
        Assert.Multiple(() =>
        {
            Assert.That(given.Policy, Is.EqualTo("interactive"));
            Assert.That(given.PolicyOptions, Is.EquivalentTo(
                new Dictionary<string, ulong> { ["slice-us"] = 250, ["slice-boost"] = 7, ["builtin-idle"] = 1, ["no-preemption"] = 1 }));
            Assert.That(given.OwnSliceUs, Is.EqualTo(new UserSpaceOptions().OwnSliceUs), "it has no slice of its own for the kernel half");
        });
    }

    [TestCaseSource(nameof(InvalidLines))]
    public void Invalid_options_are_refused_with_value_and_remedy(string[] arguments, string value, string remedy)
    {
        using var fixture = new CommandLineFixture();
        var code = fixture.Run(["run", "rustland", .. arguments]);
        Assert.Multiple(() =>
        {
            Assert.That(code, Is.EqualTo((int)ExitCode.Usage));
            Assert.That(fixture.Given, Is.Null, "nothing may run");
            Assert.That(fixture.Error, Does.Contain(value).And.Contain(remedy));
        });
    }

    private static IEnumerable<TestCaseData> InvalidLines() => _invalid
        .Select(line => new TestCaseData(line.Arguments, line.Value, line.Remedy).SetArgDisplayNames(string.Join(' ', line.Arguments)));
}
