// SPDX-License-Identifier: GPL-2.0-only
using Wd40.Schedulers;
using Wd40.Vm;
using Wd40.VmTests.Harness;
using Wd40.VmTests.Reports;

namespace Wd40.VmTests;

/// <summary>
/// A small machine: 4 CPUs, 2 nodes of one last-level cache each, instruction-count mode. Here: combinations of modules. The scaled run takes two
/// that have most modules once between them, the run at full length takes all.
/// </summary>
[TestFixture("6.16", Category = RunLength.FullOnly)]
[TestFixture("6.18")]
[TestFixture(KernelCatalog.Newest)]
internal sealed partial class SmallMachineTests(string kernel) : GuestFixture(kernel, new VmTopology(2, 1, 2), ClockMode.InstructionCount)
{
    /// <summary>sched_ext weights of nice 0 and nice 10 on a scale where nice 0 is 100.</summary>
    private const double WeightOfNice0 = 100, WeightOfNice10 = 11;

    private const int Cpus = 4;

    /// <summary>Hogs that are born on the CPUs of one node and may run anywhere after half a second: a balancer has something to move.</summary>
    private const string Crowd = "hogs --domains 0-1,2-3 --groups 8:start=0-1 --widen-after 0.5 --warmup 0.5";

    /// <summary>Two hogs of different weight that must share a CPU.</summary>
    private const string Pair = "hogs --groups 1:nice=0:cpus=1,1:nice=10:cpus=1 --warmup 0.5";

    /// <summary>Loads, schedules a full machine, honours weights or ignores them, moves tasks or does not, and ends as it was asked to.</summary>
    [TestCase("numa", "vtime", "rusty")]
    [TestCase("masks", "fifo", "none", Category = RunLength.FullOnly)]
    [Property("Check", "composition"), Category(RunLength.OneKernel)]
    public Task Modules_make_a_scheduler(string placement, string deadline, string balance) => RequireAsync(placement, deadline, balance);

    /// <summary>The same of every combination there is.</summary>
    [TestCaseSource(nameof(All))]
    [Property("Check", "composition"), Category(RunLength.FullOnly)]
    public Task Every_combination_makes_a_scheduler(string placement, string deadline, string balance) => RequireAsync(placement, deadline, balance);

    /// <summary>So does the user-space core, with a policy that decides about each task.</summary>
    [Test, Property("Check", "composition"), Category(RunLength.FullOnly)]
    public async Task The_user_space_core_serves_a_crowd()
    {
        await using var scheduler = await RunningScheduler.StartAsync(Guest, "--core user-space --policy deadline", name: "compose");
        var before = await scheduler.UntilDecidingAsync();
        var crowd = await LoadAsync<HogsReport>(FormattableString.Invariant($"{Crowd} --seconds {RunLength.Of(2, 10)}"));
        var applied = (await scheduler.PolicyTotalsAsync())["nr_user_dispatches"] - before["nr_user_dispatches"];
        var state = await StateAsync();
        var ended = await scheduler.StopAsync();
        await TestContext.Out.WriteLineAsync(FormattableString.Invariant(
            $"user-space: 8 hogs used {crowd.CpusUsed:F2} CPUs, shares {crowd.Groups[0].ShareMin:F2} to {crowd.Groups[0].ShareMax:F2}, {applied} decisions applied"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(crowd.CpusUsed, Is.EqualTo(Cpus).Within(5).Percent, "CPUs that the hogs used");
            Assert.That(crowd.Groups[0].ShareMax / crowd.Groups[0].ShareMin, Is.EqualTo(1).Within(5).Percent, "most over least CPU time of a hog");
            Assert.That(applied, Is.GreaterThan(100), "decisions applied");
            Assert.That(state, Is.EqualTo("enabled"), "after the load");
            Assert.That(ended.ExitCode, Is.Zero, ended.Error);
        }
    }

    private static IEnumerable<object[]> All() =>
        from placement in ModuleRegistry.OfSlot(ArenaRuntime.ModuleSlot.Placement)
        from deadline in ModuleRegistry.OfSlot(ArenaRuntime.ModuleSlot.Deadline)
        from balance in ModuleRegistry.OfSlot(ArenaRuntime.ModuleSlot.LoadBalance)
        select new object[] { placement.Name, deadline.Name, balance.Name };

    private async Task RequireAsync(string placement, string deadline, string balance)
    {
        var options = $"--placement {placement} --deadline {deadline} --balance {balance}"
            + (placement == "masks" ? " --cpumasks 0x3,0xc" : "") + (balance == "none" ? "" : " -i 0.5");
        await using var scheduler = await RunningScheduler.StartAsync(Guest, options, name: "compose");
        var ops = await ReadWordAsync("/sys/kernel/sched_ext/root/ops");
        var crowd = await LoadAsync<HogsReport>(FormattableString.Invariant($"{Crowd} --seconds {RunLength.Of(2, 10)}"));
        var totals = await scheduler.TotalsAsync();
        // Longer than the crowd: a turn of the light one is 4 ms in 40.
        var pair = await LoadAsync<HogsReport>(FormattableString.Invariant($"{Pair} --seconds {RunLength.Of(6, 20)}"));
        var state = await StateAsync();
        var ended = await scheduler.StopAsync();
        await TestContext.Out.WriteLineAsync(FormattableString.Invariant(
            $"{ops}: 8 hogs used {crowd.CpusUsed:F2} CPUs, shares {crowd.Groups[0].ShareMin:F2} to {crowd.Groups[0].ShareMax:F2}, {totals.NrMigrations} migrations; ")
            + FormattableString.Invariant($"nice 0 : nice 10 on one CPU = {pair.Ratio:F2}"));
        var due = deadline == "fifo" ? 1 : WeightOfNice0 / WeightOfNice10;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(ops, Is.EqualTo(OpsName.Of($"hybrid_{placement}_{deadline}_{balance}")));
            Assert.That(crowd.CpusUsed, Is.EqualTo(Cpus).Within(5).Percent, "CPUs that the hogs used");
            Assert.That(crowd.Groups[0].ShareMin, Is.Positive, "CPUs of the hog that got least");
            Assert.That(pair.Ratio, Is.EqualTo(due).Within(5).Percent, "CPU time of nice 0 over that of nice 10 on one CPU");
            // A balancer moves half of the crowd to the other domain, where there is one.
            if (balance != "none" && placement != "flat")
                Assert.That(totals.NrMigrations, Is.Positive, "migrations that a balancer asked for");
            else
                Assert.That(totals.NrMigrations, Is.Zero, "migrations without a balancer, or without another domain");
            Assert.That(state, Is.EqualTo("enabled"), "after the load");
            Assert.That(ended.ExitCode, Is.Zero, ended.Error);
            Assert.That(await StateAsync(), Is.EqualTo("disabled"), "after it was told to end");
        }
    }
}
