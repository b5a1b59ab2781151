// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime;
using Wd40.Schedulers;
using Wd40.Tool.CommandLine;

namespace Wd40.UnitTests.Tool;

/// <summary>The command line of <c>wd40 run rusty</c>: what it shares with wd40, and what it has of its own.</summary>
[TestFixture]
public sealed class RustyOptionTableTests
{
    /// <summary>Names, short forms and defaults of rusty's own specification: changing one breaks command lines in use.</summary>
    private static readonly (string Name, string? Short, string? Default)[] _specified =
    [
        ("--slice-us-underutil", "-u", "20000"), ("--slice-us-overutil", "-o", "1000"), ("--interval", "-i", "2"), ("--tune-interval", "-I", "0.1"),
        ("--load-half-life", "-l", "1"), ("--cache-level", "-c", "3"), ("--cpumasks", "-C", null), ("--greedy-threshold", "-g", "1"),
        ("--greedy-threshold-x-numa", null, "0"), ("--no-load-balance", null, null), ("--kthreads-local", "-k", null),
        ("--balanced-kworkers", "-b", null), ("--fifo-sched", "-f", null), ("--direct-greedy-under", "-D", "90"), ("--kick-greedy-under", "-K", "100"),
        ("--direct-greedy-numa", "-r", null), ("--partial", "-p", null), ("--mempolicy-affinity", null, null), ("--stats", null, null),
        ("--monitor", null, null), ("--exit-dump-len", null, "0"), ("--verbose", "-v", null), ("--help-stats", null, null), ("--perf", null, "0"),
        ("--relaxed-maps", null, null), ("--pin-root-path", null, null), ("--kconfig", null, null), ("--btf-custom-path", null, null),
        ("--bpf-token-path", null, null),
    ];

    private static readonly (string[] Arguments, string Masks)[] _masks =
    [
        (["--cpumasks", "0x0f", "0xf0"], "0-3 4-7"),
        (["--cpumasks", "0x0f", "--cpumasks", "0xf0"], "0-3 4-7"),
        (["-C", "0x0f,0xf0"], "0-3 4-7"),
        (["-C", "0xf0", "f", "-v"], "4-7 0-3"),
        (["-C", "0x0_f", "0xf_0"], "0-3 4-7"),
        (["-C", "0xffff_0000_0000_0001", "fffe"], "0,48-63 1-15"),
        (["-C", "none", "ff"], " 0-7"),
        (["-C", "all"], "0-1023"),
    ];

    private static readonly (string[] Arguments, string Value, string Range)[] _invalid =
    [
        (["-C", "0xg"], "--cpumasks: '0xg'", "hexadecimal masks"),
        (["-C", "0x0f", "4-7"], "--cpumasks: '4-7'", "hexadecimal masks"),
        (["-C", "0x0f,"], "--cpumasks: '0x0f,'", "hexadecimal masks"),
        (["-C", "_"], "--cpumasks: '_'", "hexadecimal masks"),
        (["-C", "ALL"], "--cpumasks: 'ALL'", "hexadecimal masks or all"),
        (["-C", "1" + new string('0', 256)], "--cpumasks: '1000", "the largest number supported"),
        (["-C"], "-C", "--help"),
        (["-C", "0xff", "-c", "3"], "--cpumasks makes the domains by hand and --cache-level by cache", "give one of them"),
        (["--max-domain-cpus", "4", "-C", "0xff"], "--cpumasks makes the domains by hand and --max-domain-cpus by cache", "give one of them"),
        (["-C", "0xff", "--stats", "1", "--monitor", "1"], "--monitor", "give one of them"),
    ];

    [Test, Property("Check", "R-4")]
    public void Names_short_forms_and_defaults_are_those_of_the_specification()
    {
        var rows = new RustyOptionTable().Rows.Select(row => (row.Symbol.Name, row.Short, row.Default));
        Assert.That(rows, Is.SupersetOf(_specified));
    }

    [Test]
    public void Beyond_the_options_of_wd40_it_has_masks_and_one_other_default()
    {
        var differences = new RustyOptionTable().Rows.Select(Words).Except(new Wd40OptionTable().Rows.Select(Words));
        Assert.That(differences, Is.EqualTo(new[]
        {
            "--greedy-threshold-x-numa  0 The same across NUMA nodes.",
            "--cpumasks -C  CPUs of each domain, each CPU in one mask: 0x0f,0xf0. Digits may be grouped by underscores; all is every online CPU.",
        }));
    }

    [TestCaseSource(nameof(SharedLines))]
    public void Options_of_wd40_mean_the_same(string[] arguments, Wd40Options expected) => Assert.That(
        CommandLineFixture.ParseFor("rusty", arguments),
        Is.EqualTo(expected with { GreedyThresholdXNuma = expected.GreedyThresholdXNuma ?? 0 }));

    [TestCaseSource(nameof(MaskLines)), Property("Check", "R-1")]
    public void Masks_make_domains(string[] arguments, string masks)
    {
        using var fixture = new CommandLineFixture();
        Assert.That(fixture.Run(["run", "rusty", .. arguments]), Is.Zero, fixture.Error);
        Assert.Multiple(() =>
        {
            Assert.That(string.Join(' ', fixture.Given!.CpuMasks), Is.EqualTo(masks));
            Assert.That(fixture.GivenScheduler!.Modules.Select(module => module.Name), Does.Contain("masks").And.Not.Contain("llc"));
        });
    }

    [TestCaseSource(nameof(InvalidLines)), Property("Check", "R-3")]
    public void Invalid_options_are_refused_with_value_and_range(string[] arguments, string value, string range)
    {
        using var fixture = new CommandLineFixture();
        var code = fixture.Run(["run", "rusty", .. arguments]);
        Assert.Multiple(() =>
        {
            Assert.That(code, Is.EqualTo((int)ExitCode.Usage));
            Assert.That(fixture.Given, Is.Null, "nothing may run");
            Assert.That(fixture.Error, Does.Contain(value).And.Contain(range));
        });
    }

    private static string Words(OptionRow row) => $"{row.Symbol.Name} {row.Short} {row.Default} {row.Symbol.Description}";

    private static IEnumerable<TestCaseData> SharedLines() =>
        Wd40OptionTableTests.Valid.Select(line => new TestCaseData(line.Arguments, line.Expected).SetArgDisplayNames(string.Join(' ', line.Arguments)));

    private static IEnumerable<TestCaseData> MaskLines() =>
        _masks.Select(line => new TestCaseData(line.Arguments, line.Masks).SetArgDisplayNames(string.Join(' ', line.Arguments)));

    private static IEnumerable<TestCaseData> InvalidLines() => _invalid.Concat(Wd40OptionTableTests.Invalid)
        .Select(line => new TestCaseData(line.Arguments, line.Value, line.Range).SetArgDisplayNames(string.Join(' ', line.Arguments)));
}
