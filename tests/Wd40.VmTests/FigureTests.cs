// SPDX-License-Identifier: GPL-2.0-only
using Wd40.Schedulers;
using Wd40.Vm;
using Wd40.VmTests.Harness;
using Wd40.VmTests.Reports;

namespace Wd40.VmTests;

/// <summary>
/// Checks that judge figures: 8 CPUs in 2 domains, instruction-count mode, where guest time does not depend on the host. One boot per
/// kernel. Tests with equal options share one run of the scheduler: those with options, or with a run of their own, come first, in an order that
/// lets it start as seldom as possible; all others share one run, after all figures of the default scheduler.
/// </summary>
[TestFixture("6.18")]
[TestFixture(KernelCatalog.Newest)]
[TestFixture(KernelCatalog.Newest, RustyScheduler.Name, Category = RunLength.OfRusty)]
internal sealed partial class FigureTests(string kernel, string scheduler = Wd40Scheduler.Name)
    : GuestFixture(kernel, VmTopology.TwoLlcs, ClockMode.InstructionCount, scheduler)
{
    /// <summary>sched_ext weights of nice 0, 3 and 10: the kernel's load weights 1024, 526, 110 and 15 on a scale where nice 0 is 100.</summary>
    private const double WeightOfNice0 = 100, WeightOfNice3 = 51, WeightOfNice10 = 11, WeightOfNice19 = 1;

    private const long StopLimitNs = 2_000_000_000;

    /// <summary>Measured windows, s: two hogs of different weight on one CPU change places seldom, so that are judged over more than the rest.</summary>
    private const int Seconds = 10, JudgedSeconds = 20, FullSeconds = 30;

    /// <summary>Windows of the default scheduler's figures, which are printed and not judged, in the scaled run, s.</summary>
    private const int DefaultSeconds = 3;

    private static readonly Dictionary<string, string> _hogs = new()
    {
        ["A-6"] = "1:nice=0:cpus=2,1:nice=3:cpus=2",
        ["A-7"] = "4:nice=0:cpus=0-3,4:nice=3:cpus=0-3",
        ["A-8"] = "8:nice=0,8:nice=3",
        ["A-26"] = "1:nice=-20:cpus=0-3,7:nice=19:cpus=0-3",
        ["light"] = "1:nice=10:cpus=2,1:nice=19:cpus=2",
        ["modules"] = "1:nice=0:cpus=4,1:nice=10:cpus=4",
    };

    private readonly Dictionary<string, HogsReport> _default = [];

    /// <summary>Starting and stopping take the time of a C loader of the same object, times a small factor.</summary>
    [Test, Order(2), Property("Check", "A-1"), Category(RunLength.OneKernel)]
    public async Task Starts_and_stops_about_as_fast_as_a_C_loader()
    {
        await EndSharedSchedulerAsync();
        var c = await Lifetime.OfAsync(Guest, await Lifetime.PrepareCLoaderAsync(Guest));
        var own = await Lifetime.OfAsync(Guest, $"{GuestPrograms.Wd40} run {Scheduler}");
        Note($"enabled after {own.EnabledNs / 1e9:F2} s, C loader {c.EnabledNs / 1e9:F2} s ({(double)own.EnabledNs / c.EnabledNs:F2} times); "
            + $"after SIGTERM disabled in {own.DisabledNs / 1e9:F3} s, ended in {own.EndedNs / 1e9:F3} s, "
            + $"C loader {c.DisabledNs / 1e9:F3} s and {c.EndedNs / 1e9:F3} s");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(own.Ops, Does.StartWith($"{Scheduler}_"));
            Assert.That(own.EnabledNs, Is.LessThanOrEqualTo(Lifetime.StartFactor * c.EnabledNs), "time until enabled");
            Assert.That(own.DisabledNs, Is.LessThan(StopLimitNs), "time from SIGTERM until disabled");
            Assert.That(own.EndedNs, Is.LessThan(StopLimitNs), "time from SIGTERM until the process ended");
            Assert.That(own.ExitCode, Is.Zero);
        }
    }

    /// <summary>Two hogs on one CPU share it by weight. The first of those that share a run and begin with the default scheduler's figures.</summary>
    [Test, Order(4), Property("Check", "A-6"), Category(RunLength.OneKernel)]
    public async Task Weights_hold_on_one_CPU()
    {
        var before = await DefaultAsync("A-6");
        await SharedSchedulerAsync("");
        var own = await HogsAsync("A-6", JudgedSeconds);
        Note($"nice 0 : nice 3 on one CPU = {own.Ratio:F3}, default scheduler {before.Ratio:F3}, due {WeightOfNice0 / WeightOfNice3:F3}");
        Assert.That(own.Ratio, Is.EqualTo(WeightOfNice0 / WeightOfNice3).Within(5).Percent);
    }

    /// <summary>Eight hogs on the four CPUs of one domain share them by weight.</summary>
    [Test, Property("Check", "A-7"), Category(RunLength.OneKernel)]
    public async Task Weights_hold_in_one_domain()
    {
        var before = await DefaultAsync("A-7");
        await SharedSchedulerAsync("");
        var own = await HogsAsync("A-7", JudgedSeconds);
        Note($"4 x nice 0 : 4 x nice 3 on 4 CPUs = {own.Ratio:F3}, default scheduler {before.Ratio:F3}, due {WeightOfNice0 / WeightOfNice3:F3}; "
            + $"members within {own.Groups[0].Range:P1} and {own.Groups[1].Range:P1}, "
            + $"default scheduler {before.Groups[0].Range:P1} and {before.Groups[1].Range:P1}");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(own.Ratio, Is.EqualTo(WeightOfNice0 / WeightOfNice3).Within(5).Percent);
            Assert.That(own.CpusUsed, Is.EqualTo(4).Within(2).Percent, "CPUs that the hogs used");
            foreach (var group in own.Groups)
                Assert.That(group.Range, Is.LessThanOrEqualTo(0.05), $"hogs of nice {group.Nice}: largest less smallest share over their mean");
        }
    }

    /// <summary>With the interactive module weights count ...</summary>
    [Test, Property("Check", "modules")]
    public async Task Weights_hold_through_the_deadline_module()
    {
        await SharedSchedulerAsync("");
        var own = await HogsAsync("modules");
        Note($"deadline/interactive: nice 0 : nice 10 = {own.Ratio:F2}");
        Assert.That(own.Ratio, Is.EqualTo(WeightOfNice0 / WeightOfNice10).Within(10).Percent);
    }

    /// <summary>... down to the lightest, whose virtual time grows 100 times as fast as time.</summary>
    [Test, Property("Check", "modules"), Category(RunLength.OneKernel)]
    public async Task Weights_hold_for_the_lightest()
    {
        await SharedSchedulerAsync("");
        var own = await HogsAsync("light");
        Note($"nice 10 : nice 19 on one CPU = {own.Ratio:F2}, due {WeightOfNice10 / WeightOfNice19:F2}");
        Assert.That(own.Ratio, Is.EqualTo(WeightOfNice10 / WeightOfNice19).Within(10).Percent);
    }

    /// <summary>... and the same program with another module in its place, first in, first out, ignores them.</summary>
    [Test, Order(2), Property("Check", "modules"), Property("Check", "A-33"), Category(RunLength.OneKernel)]
    public async Task With_the_fifo_module_weights_do_not_count()
    {
        var (_, own, totals) = await UnequalAsync();
        Note($"deadline/fifo: nice 0 : nice 10 = {own.Ratio:F3}, dl_clamp {totals.DlClamp} %, dl_preset {totals.DlPreset} % of {totals.Total}");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(own.Ratio, Is.EqualTo(1).Within(5).Percent);
            Assert.That(totals.Total, Is.Positive);
            Assert.That(totals.DlClamp + totals.DlPreset, Is.Zero, "keys that another module has set");
        }
    }

    private static void Note(string line) => TestContext.Out.WriteLine(line);

    /// <summary>The default scheduler's figure of the same boot.</summary>
    private async Task<HogsReport> DefaultAsync(string name)
    {
        await DefaultsAsync();
        return _default[name];
    }

    /// <summary>Takes all figures of the default scheduler at once: each time costs a start of wd40.</summary>
    private async Task DefaultsAsync()
    {
        if (_default.Count > 0)
            return;
        await EndSharedSchedulerAsync();
        _default["A-6"] = await HogsAsync("A-6", DefaultSeconds);
        // All others are of checks that the scaled run makes on the newest kernel only.
        if (!RunLength.IsFull && Guest.Options.Kernel != KernelCatalog.Newest)
            return;
        foreach (var compared in new[] { "A-7", "A-8", "A-26" })
            _default[compared] = await HogsAsync(compared, DefaultSeconds);
        _newcomerBefore = await NewcomerAsync();
        _fiveBefore = await LoadAsync<HogsReport>($"hogs --domains 0-3,4-7 --groups 5 --seconds {RunLength.Of(DefaultSeconds, Seconds)}");
        _sleeperBefore = await SleeperAsync();
        foreach (var hogs in RunLength.Of([6], _crowds))
            _idleBefore[hogs] = await CrowdAsync($"{hogs}");
        if (RunLength.IsFull)
        {
            _pairBefore = await PairAsync();
            _sleepersBefore = await SleepersAsync();
            await GroupDefaultsAsync();
            _graceBefore = await GraceAsync(5);
        }
        _streamBefore = await StreamAsync();
    }

    private Task<HogsReport> HogsAsync(string name, int seconds = Seconds, int fullSeconds = FullSeconds, double warmup = 1) =>
        HogsOfAsync(FormattableString.Invariant($"{_hogs[name]} --warmup {warmup} --seconds {RunLength.Of(seconds, fullSeconds)}"));

    private Task<HogsReport> HogsOfAsync(string groups) => LoadAsync<HogsReport>("hogs --groups " + groups);
}
