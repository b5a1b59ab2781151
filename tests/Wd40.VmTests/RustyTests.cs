// SPDX-License-Identifier: GPL-2.0-only
using System.Globalization;
using System.Text.Json;
using Wd40.ArenaRuntime;
using Wd40.Schedulers;
using Wd40.Vm;
using Wd40.VmTests.Harness;
using Wd40.VmTests.Reports;

namespace Wd40.VmTests;

/// <summary>
/// Checks of rusty: 8 CPUs of one last-level cache, so that all domains are made by hand, in instruction-count mode. One boot per kernel. Where no
/// masks are given it is wd40's own program, whose checks see it.
/// </summary>
[TestFixture("6.18")]
[TestFixture(KernelCatalog.Newest)]
internal sealed partial class RustyTests(string kernel) : GuestFixture(kernel, new VmTopology(1, 1, 8), ClockMode.InstructionCount, RustyScheduler.Name)
{
    private const string TwoDomains = "--cpumasks 0x0f --cpumasks 0xf0";

    /// <summary>Nobody but the balancer moves a task between domains.</summary>
    private const string BalancerAlone = "-g 0 -D 0 -K 0";

    /// <summary>Starts rusty by a symbolic link with its name, as publish.sh makes one.</summary>
    private const string Alias = $"ln -sfn wd40 {GuestPrograms.Directory}/wd40/scx_rusty && {GuestPrograms.Directory}/wd40/scx_rusty";

    /// <summary>The run that the balancer's moves are judged in; what is asked of it before shares it.</summary>
    private const string Sent = $"{TwoDomains} {BalancerAlone} -v";

    private const double Interval = 2;

    /// <summary>Started under its alias it is rusty, of the modules that its options ask for.</summary>
    [Test, Order(0), Property("Check", "dry-run"), Category(RunLength.FullOnly)]
    public async Task Its_alias_links_loads_and_verifies_it()
    {
        await EndSharedSchedulerAsync();
        var result = await Guest.CallAsync($"{Alias} -C 0x0f,0xf0 --dry-run --json");
        using var report = JsonDocument.Parse(result.EnsureSuccess().Output);
        var instructions = report.RootElement.GetProperty("programs").EnumerateArray()
            .Select(program => program.GetProperty("instructions").GetInt64()).ToArray();
        await TestContext.Out.WriteLineAsync($"{instructions.Length} programs of {instructions.Sum()} verified instructions, the largest {instructions.Max()}");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(report.RootElement.GetProperty("scheduler").GetString(), Is.EqualTo("rusty"));
            Assert.That(report.RootElement.GetProperty("modules").ToString(), Does.Contain("masks").And.Contain("interactive").And.Contain("rusty"));
            Assert.That(report.RootElement.GetProperty("domains").GetInt32(), Is.EqualTo(2));
            Assert.That(instructions, Is.All.Positive.And.All.LessThan(50_000));
            Assert.That(await StateAsync(), Is.EqualTo("disabled"));
        }
    }

    /// <summary>A mask that overlaps another one is refused before anything is loaded, with what is wrong; rusty is started under its alias here.</summary>
    [Test, Order(0), Property("Check", "R-3"), Category(RunLength.OneKernel)]
    public Task Masks_that_overlap_are_refused() => RequireRefusalAsync("-C 0x1f 0xf0", "CPU 4 is in mask 0x1f and in mask 0xf0");

    /// <summary>And so are masks that leave a CPU out, have one too many, none, or stand beside another way to make domains.</summary>
    [TestCase("-C 0x0f 0x70", "CPUs 7 are online and in no mask"), TestCase("-C 0x0f 0x1f0", "mask 0x1f0 has CPU 8, which is not online")]
    [TestCase("-C 0xff none", "mask 2 is empty"), TestCase("-C 0xff -c 3", "--cpumasks makes the domains by hand and --cache-level by cache: give one of them")]
    [Order(0), Property("Check", "R-3"), Category(RunLength.FullOnly)]
    public Task Other_masks_that_are_no_partition_are_refused(string options, string message) => RequireRefusalAsync(options, message);

    /// <summary>
    /// Domains that take nothing from each other go on at paces of their own. Where one lags its clock stays with its tasks, whatever kernel threads run there
    /// at once: they would be left behind, and a heavy one, near the clock by its bound, would wait for all others to catch up.
    /// </summary>
    [Test, Order(1), Property("Check", "lag"), Category(RunLength.FullOnly)]
    public async Task A_heavy_hog_keeps_a_CPU_of_a_domain_that_lags()
    {
        var scheduler = await SharedSchedulerAsync(Sent);
        await scheduler.TuneAsync("load-balance", false);
        HogsReport own;
        try
        {
            own = await LoadAsync<HogsReport>($"hogs --groups 1:nice=-20:start=0-3,8:start=0-3,4:start=4-7 --warmup 2 --seconds {RunLength.Of(5, 30)}");
        }
        finally
        {
            // The next one shares this run.
            await scheduler.TuneAsync("load-balance", true);
        }
        await TestContext.Out.WriteLineAsync(FormattableString.Invariant($"nice -20 beside 8 hogs on 4 CPUs: {own.Groups[0].ShareMin:F3} CPUs; those ")
            + FormattableString.Invariant($"{own.Groups[1].ShareMin:F3} to {own.Groups[1].ShareMax:F3}, and {own.Groups[2].ShareMin:F3} to {own.Groups[2].ShareMax:F3} in the other domain"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(own.Groups[0].ShareMin, Is.GreaterThan(0.95), "CPUs of the heavy hog");
            Assert.That(own.Groups[1].ShareMax, Is.LessThan(0.45), "CPUs of a hog beside it: the other domain has gone on faster");
            Assert.That(own.Groups[2].ShareMin, Is.GreaterThan(0.9), "CPUs of a hog of the other domain");
        }
    }

    /// <summary>
    /// Hogs that all begin in one of two domains made by hand are spread evenly; the kernel's tracepoint sees each go just where the balancer
    /// sent it, and every request has an answer. Ends the run that it shares.
    /// </summary>
    [Test, Order(2), Property("Check", "R-1"), Property("Check", "R-6"), Category(RunLength.OneKernel)]
    public async Task Hogs_spread_over_domains_made_by_hand_just_as_they_are_sent()
    {
        const double Widen = 0.5;
        const int Rounds = 5;
        var scheduler = await SharedSchedulerAsync(Sent);
        var ops = await ReadWordAsync("/sys/kernel/sched_ext/root/ops");
        var run = await BalanceRun.RecordAsync(Guest, FormattableString.Invariant($"--groups 16 --start-on 0-3 --widen-after {Widen}"), Widen,
            Widen + (Rounds * Interval) + 1, 3);
        // The last answers have been read then.
        await Guest.CallAsync($"sleep {2 * Interval}");
        var total = (ulong)(await scheduler.TotalsAsync()).NrMigrations;
        var ended = await scheduler.StopAsync();
        var requests = (await scheduler.ReadReportAsync()).GetProperty("requests");
        ulong Count(string name) => requests.GetProperty(name).GetUInt64();
        var rounds = run.StepsUntilEven;
        var loads = run.Steps.Select(step => string.Join(":", step.Domains.Select(domain => Text(domain.Load))));
        await TestContext.Out.WriteLineAsync($"{ops}: even after {rounds} balance steps: loads {string.Join(" ", loads)}; hogs "
            + $"{string.Join(":", run.Hogs.Samples![^1].HogsPerDomain)}; {run.HogMoves.Count} moves of hogs traced; {Count("requested")} requests, "
            + $"{Count("applied")} applied, {Count("refused")} refused, {Count("stale")} too late, {Count("pending")} pending; {total} counted");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(ops, Does.StartWith("rusty_"));
            Assert.That(ended.ExitCode, Is.Zero, ended.Error);
            Assert.That(ended.Error, Does.Contain("domain 0, node 0: CPUs 0-3").And.Contain("domain 1, node 0: CPUs 4-7"));
            Assert.That(rounds, Is.LessThanOrEqualTo(Rounds), "balance steps until loads are within 5 % of their mean");
            Assert.That(run.Hogs.Samples![^1].HogsPerDomain, Is.EqualTo(new[] { 8, 8 }), "hogs per domain at the end");
            Assert.That(run.Hogs.IdleShare, Is.LessThan(0.01), "idle share of the 8 CPUs after convergence");
            Assert.That(run.HogMoves, Is.Not.Empty, "moves of hogs between domains");
            // With these options a task runs nowhere but in its home: where it is seen next it was queued.
            Assert.That(run.HogMoves.Select(move => (move.Pid, move.ToDomain)),
                Is.EquivalentTo(run.LoggedHogMoves(ended.Error).Select(move => (move.Pid, move.Domain))),
                "moves in the tracepoint, and applied ones in the log");
            Assert.That(Count("applied") + Count("refused") + Count("stale") + Count("pending"), Is.EqualTo(Count("requested")), "answers");
            Assert.That(total, Is.InRange(Count("applied"), Count("applied") + Count("stale")), "nr_migrations");
        }
    }

    /// <summary>Four domains in one cache: after the hogs of one have ended, the others' are spread over all.</summary>
    [Test, Order(3), Property("Check", "R-2"), Category(RunLength.FullOnly)]
    public async Task Hogs_spread_over_four_domains_of_one_cache()
    {
        const int Rounds = 6;
        const double Kill = (4 * Interval) + 0.5;
        await EndSharedSchedulerAsync();
        await using var scheduler = await OwnSchedulerAsync($"-C 0x03 0x0c 0x30 0xc0 {BalancerAlone}");
        var run = await BalanceRun.RecordAsync(Guest, FormattableString.Invariant($"--groups 16 --kill-on 0-1 --kill-after {Kill}"), Kill,
            Kill + (Rounds * Interval) + 1, 3, traced: false, domains: "0-1,2-3,4-5,6-7");
        var rounds = run.StepsUntilEven;
        var loads = run.Steps.Select(step => string.Join(":", step.Domains.Select(domain => Text(domain.Load))));
        await TestContext.Out.WriteLineAsync($"even after {rounds} balance steps: loads {string.Join(" ", loads)}; hogs "
            + $"{string.Join(":", run.Hogs.Samples![^1].HogsPerDomain)} of {run.Hogs.Groups[0].Alive}");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(run.Hogs.Groups[0].Alive, Is.EqualTo(12), "hogs left after those of one domain have ended");
            Assert.That(rounds, Is.LessThanOrEqualTo(Rounds), "balance steps until loads are within 5 % of their mean");
            Assert.That(run.Hogs.Samples![^1].HogsPerDomain, Is.EqualTo(new[] { 3, 3, 3, 3 }), "hogs per domain at the end");
        }
    }

    private async Task RequireRefusalAsync(string options, string message)
    {
        await EndSharedSchedulerAsync();
        // Were it not refused, it would say what it loaded and end.
        var refused = await Guest.CallAsync($"{Alias} {options} --dry-run");
        await TestContext.Out.WriteLineAsync(refused.Error);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(refused.ExitCode, Is.EqualTo((int)ExitCode.Usage));
            Assert.That(refused.Error, Does.Contain(message));
            Assert.That(refused.Output, Is.Empty, "what --dry-run prints of a scheduler that was loaded");
        }
    }

    private static string Text(double load) => load.ToString("F2", CultureInfo.InvariantCulture);
}
