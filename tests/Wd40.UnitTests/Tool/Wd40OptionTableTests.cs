// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime;
using Wd40.Schedulers;
using Wd40.Tool.CommandLine;

namespace Wd40.UnitTests.Tool;

[TestFixture]
public sealed class Wd40OptionTableTests
{
    /// <summary>Names, short forms and defaults of the specification: changing one breaks command lines in use.</summary>
    private static readonly (string Name, string? Short, string? Default)[] _specified =
    [
        ("--slice-us-underutil", "-u", "20000"), ("--slice-us-overutil", "-o", "1000"), ("--interval", "-i", "2"), ("--tune-interval", "-I", "0.1"),
        ("--load-half-life", "-l", "1"), ("--cache-level", "-c", "3"), ("--max-domain-cpus", null, "0"), ("--greedy-threshold", "-g", "1"), ("--greedy-threshold-x-numa", null, null),
        ("--no-load-balance", null, null), ("--kthreads-local", "-k", null), ("--balanced-kworkers", "-b", null), ("--fifo-sched", "-f", null),
        ("--direct-greedy-under", "-D", "90"), ("--kick-greedy-under", "-K", "100"), ("--direct-greedy-numa", "-r", null), ("--partial", "-p", null),
        ("--mempolicy-affinity", null, null), ("--perf", null, "0"), ("--stats", null, null), ("--monitor", null, null), ("--help-stats", null, null),
        ("--exit-dump-len", null, "0"), ("--verbose", "-v", null), ("--relaxed-maps", null, null), ("--pin-root-path", null, null),
        ("--kconfig", null, null), ("--btf-custom-path", null, null), ("--bpf-token-path", null, null),
        ("--dry-run", null, null), ("--json", null, null), ("--stats-path", null, "/var/run/scx/root/stats"), ("--report", null, null),
        ("--balance-threshold", null, "5"), ("--balance-threshold-numa", null, "17"), ("--balance-cutoff", null, "50"),
        ("--trial", null, null), ("--adoptable", null, null), ("--replace", null, null), ("--max-tasks", null, "16384"), ("--stats-group", null, null), ("--openmetrics", null, null),
        ("--debuggable", null, null),
    ];

    internal static readonly (string[] Arguments, Wd40Options Expected)[] Valid =
    [
        ([], new Wd40Options()),
        (["-u", "5000", "-o", "500"], new Wd40Options { Tuner = new() { SliceMax = 5_000_000, SliceMin = 500_000 } }),
        (["-u", "500"], new Wd40Options { Tuner = new() { SliceMax = 500_000, SliceMin = 500_000 } }),
        (["-o", "50000"], new Wd40Options { Tuner = new() { SliceMax = 50_000_000, SliceMin = 50_000_000 } }),
        (["-i", "0.5", "-I", "0.02"], new Wd40Options { IntervalSeconds = 0.5, TuneIntervalSeconds = 0.02 }),
        (["--load-half-life=4.294967295"], new Wd40Options { LoadHalfLifeSeconds = 4.294967295 }),
        (["-g", "0", "-D", "0", "-K", "0"],
            new Wd40Options { GreedyThreshold = 0, Tuner = new() { DirectGreedyUnder = 0, KickGreedyUnder = 0 } }),
        (["-g0", "-D", "1e2"], new Wd40Options { GreedyThreshold = 0, Tuner = new() { DirectGreedyUnder = 100 } }),
        (["--greedy-threshold-x-numa", "0"], new Wd40Options { GreedyThresholdXNuma = 0 }),
        (["--greedy-threshold-x-numa", "2"], new Wd40Options { GreedyThresholdXNuma = 2 }),
        (["-c", "2"], new Wd40Options { CacheLevel = 2 }),
        (["--max-domain-cpus", "8"], new Wd40Options { MaxDomainCpus = 8 }),
        (["-kbfrp", "--mempolicy-affinity"], new Wd40Options
        {
            KthreadsLocal = true,
            BalancedKworkers = true,
            FifoSched = true,
            DirectGreedyNuma = true,
            Partial = true,
            MempolicyAffinity = true,
        }),
        (["--no-load-balance"], new Wd40Options { LoadBalance = false }),
        (["--balance-threshold", "12.5"], new Wd40Options { Balance = new() { Domain = 0.125 } }),
        (["--balance-threshold-numa", "0", "--balance-cutoff=100"], new Wd40Options { Balance = new() { Node = 0, Cutoff = 1 } }),
        (["--trial", "60s", "--stats", "1"], new Wd40Options { TrialSeconds = 60, StatsSeconds = 1 }),
        (["--trial", "5m"], new Wd40Options { TrialSeconds = 300 }),
        (["--adoptable", "2m", "--replace"], new Wd40Options { AdoptableSeconds = 120, Replace = true }),
        (["--trial", "1.5"], new Wd40Options { TrialSeconds = 1.5 }),
        (["--trial=24h"], new Wd40Options { TrialSeconds = 86_400 }),
        (["--perf", "5000"], new Wd40Options { Perf = 1024 }),
        (["--debuggable"], new Wd40Options { Debuggable = true }),
        (["-v"], new Wd40Options { Verbosity = 1 }),
        (["-vv", "--verbose"], new Wd40Options { Verbosity = 3 }),
        (["--max-tasks", "1048576"], new Wd40Options { MaxTasks = 1 << 20 }),
        (["--stats", "1", "--json"], new Wd40Options { StatsSeconds = 1, Json = true }),
        (["--monitor", "0.5", "--stats-path", "/tmp/s"], new Wd40Options { MonitorSeconds = 0.5, StatsPath = "/tmp/s" }),
        (["--stats-group", "root"], new Wd40Options { StatsGroup = 0 }),
        (["--stats-group", "54321"], new Wd40Options { StatsGroup = 54_321 }),
        (["--monitor", "1", "--openmetrics", "-"], new Wd40Options { MonitorSeconds = 1, OpenMetricsPath = "-" }),
        (["--stats", "15", "--openmetrics", "/m/wd40.prom"], new Wd40Options { StatsSeconds = 15, OpenMetricsPath = "/m/wd40.prom" }),
        (["--dry-run", "--report", "r.json", "--exit-dump-len", "65536"],
            new Wd40Options { DryRun = true, ReportPath = "r.json", ExitDumpLength = 65_536 }),
        (["--relaxed-maps", "true", "--pin-root-path", "/p", "--kconfig", "/k", "--btf-custom-path", "/b", "--bpf-token-path", "/t"],
            new Wd40Options { RelaxedMaps = true, PinRootPath = "/p", Kconfig = "/k", BtfCustomPath = "/b", BpfTokenPath = "/t" }),
    ];

    internal static readonly (string[] Arguments, string Value, string Range)[] Invalid =
    [
        (["-u", "0"], "--slice-us-underutil: '0'", "1 to 1000000000"),
        (["-u", "-1"], "--slice-us-underutil: '-1'", "1 to 1000000000"),
        (["-u", "1.5"], "--slice-us-underutil: '1.5'", "1 to 1000000000"),
        (["-o", "99999999999999999999"], "--slice-us-overutil: '99999999999999999999'", "1 to 1000000000"),
        (["-u", "5", "-o", "9"], "--slice-us-overutil: '9'", "at most --slice-us-underutil, which is 5"),
        (["--exit-dump-len", "65537"], "--exit-dump-len: '65537'", "0 to 65536"),
        (["-i", "0"], "--interval: '0'", "greater than 0"),
        (["-i", "NaN"], "--interval: 'NaN'", "greater than 0"),
        (["-i", "Infinity"], "--interval: 'Infinity'", "greater than 0"),
        (["-I", "-0.1"], "--tune-interval: '-0.1'", "greater than 0"),
        (["-l", "0"], "--load-half-life: '0'", "at most 4.294967295"),
        (["-l", "4.3"], "--load-half-life: '4.3'", "at most 4.294967295"),
        (["-c", "L3"], "--cache-level: 'L3'", "2 or 3"),
        (["-c", "4"], "--cache-level: '4'", "2 or 3"),
        (["--max-domain-cpus", "-1"], "--max-domain-cpus: '-1'", "0 splits none"),
        (["-g", "-1"], "--greedy-threshold: '-1'", "0 or more"),
        (["--greedy-threshold-x-numa", "x"], "--greedy-threshold-x-numa: 'x'", "0 or more"),
        (["-D", "-1"], "--direct-greedy-under: '-1'", "0 or more"),
        (["-K", "all"], "--kick-greedy-under: 'all'", "0 or more"),
        (["--balance-threshold", "-1"], "--balance-threshold: '-1'", "0 to 1000"),
        (["--balance-threshold", "NaN"], "--balance-threshold: 'NaN'", "0 to 1000"),
        (["--balance-threshold-numa", "1001"], "--balance-threshold-numa: '1001'", "0 to 1000"),
        (["--balance-cutoff", "0"], "--balance-cutoff: '0'", "greater than 0, at most 100"),
        (["--balance-cutoff", "101"], "--balance-cutoff: '101'", "greater than 0, at most 100"),
        (["--trial", "0.5s"], "--trial: '0.5s'", "1s to 24h"),
        (["--trial", "25h"], "--trial: '25h'", "1s to 24h"),
        (["--trial", "-5m"], "--trial: '-5m'", "1s to 24h"),
        (["--trial", "s"], "--trial: 's'", "1s to 24h"),
        (["--trial", "NaN"], "--trial: 'NaN'", "1s to 24h"),
        (["--adoptable", "0.5s"], "--adoptable: '0.5s'", "1s to 24h"),
        (["--adoptable", "60", "--trial", "60"], "--adoptable", "give one of them"),
        (["--adoptable", "60", "--dry-run"], "--adoptable", "give one of them"),
        (["--replace"], "--replace", "give --adoptable, too"),
        (["--trial", "60", "--monitor", "1"], "--trial", "give one of them"),
        (["--trial", "60", "--dry-run"], "--trial", "give one of them"),
        (["--perf", "-1"], "--perf: '-1'", "0 to 1024"),
        (["--max-tasks", "1000"], "--max-tasks: '1000'", "a power of two, 64 to 1048576"),
        (["--max-tasks", "32"], "--max-tasks: '32'", "a power of two, 64 to 1048576"),
        (["--max-tasks", "2097152"], "--max-tasks: '2097152'", "a power of two, 64 to 1048576"),
        (["--stats", "0"], "--stats: '0'", "0.05 or more"),
        (["--monitor", "soon"], "--monitor: 'soon'", "0.05 or more"),
        (["--monitor", "1", "--stats", "1"], "--monitor", "give one of them"),
        (["--monitor", "1", "--dry-run"], "--dry-run", "give one of them"),
        (["--relaxed-maps", "maybe"], "--relaxed-maps: 'maybe'", "true or false"),
        (["--stats-group", "no-such-group"], "--stats-group: 'no-such-group'", "groupadd"),
        (["--stats-group", "-1"], "--stats-group: '-1'", "name or number of a group"),
        (["--stats-group", "4294967295"], "--stats-group: '4294967295'", "name or number of a group"),
        (["--openmetrics", "-"], "--openmetrics", "--stats or --monitor"),
        (["--monitor", "1", "--openmetrics", "-", "--json"], "--json", "give one of them"),
        (["--report", ""], "--report: ''", "not empty"),
        (["--no-such-option"], "--no-such-option", "--help"),
        (["-g"], "-g", "--help"),
        (["extra"], "extra", "--help"),
    ];

    [TestCaseSource(nameof(ValidLines))]
    public void Valid_options_are_understood(string[] arguments, Wd40Options expected) =>
        Assert.That(CommandLineFixture.Parse(arguments), Is.EqualTo(expected));

    [TestCaseSource(nameof(InvalidLines))]
    public void Invalid_options_are_refused_with_value_and_range(string[] arguments, string value, string range)
    {
        using var fixture = new CommandLineFixture();
        var code = fixture.Run(["run", "wd40", .. arguments]);
        Assert.Multiple(() =>
        {
            Assert.That(code, Is.EqualTo((int)ExitCode.Usage));
            Assert.That(fixture.Given, Is.Null, "nothing may run");
            Assert.That(fixture.Error, Does.Contain(value).And.Contain(range));
        });
    }

    [Test]
    public void Names_short_forms_and_defaults_are_those_of_the_specification()
    {
        var rows = new Wd40OptionTable().Rows.Select(row => (row.Symbol.Name, row.Short, row.Default));
        Assert.That(rows, Is.EquivalentTo(_specified));
    }

    [Test]
    public void Each_option_has_help_and_each_value_a_range()
    {
        foreach (var row in new Wd40OptionTable().Rows)
        {
            Assert.Multiple(() =>
            {
                Assert.That(row.Symbol.Description, Is.Not.Empty, row.Symbol.Name);
                Assert.That(row.Symbol.Description, Does.EndWith("."), row.Symbol.Name);
            });
        }
    }

    [TestCase("5000", 5000u)]
    [TestCase("", 10_000u)]
    [TestCase(null, 10_000u)]
    public void The_watchdog_comes_from_the_environment(string? value, uint expected)
    {
        var environment = SchedulerEnvironment.Read(name => name == "SCX_TIMEOUT_MS" ? value : null, out var error);
        Assert.Multiple(() =>
        {
            Assert.That(error, Is.Null);
            Assert.That(environment.TimeoutMs, Is.EqualTo(expected));
            Assert.That(environment.SysfsPrefix, Is.Empty);
        });
    }

    [TestCase("0")]
    [TestCase("-1")]
    [TestCase("30001")]
    [TestCase("soon")]
    public void A_watchdog_that_the_kernel_would_refuse_is_refused(string value)
    {
        SchedulerEnvironment.Read(name => name == "SCX_TIMEOUT_MS" ? value : null, out var error);
        Assert.That(error, Does.Contain($"SCX_TIMEOUT_MS: '{value}'").And.Contain("1 to 30000"));
    }

    [Test]
    public void The_sysfs_prefix_comes_from_the_environment() => Assert.That(
        SchedulerEnvironment.Read(name => name == "SCX_SYSFS_PREFIX" ? "/tree" : null, out _).SysfsPrefix, Is.EqualTo("/tree"));

    private static IEnumerable<TestCaseData> ValidLines() =>
        Valid.Select(line => new TestCaseData(line.Arguments, line.Expected).SetArgDisplayNames(string.Join(' ', line.Arguments)));

    private static IEnumerable<TestCaseData> InvalidLines() =>
        Invalid.Select(line => new TestCaseData(line.Arguments, line.Value, line.Range).SetArgDisplayNames(string.Join(' ', line.Arguments)));
}
