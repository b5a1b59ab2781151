// SPDX-License-Identifier: GPL-2.0-only
using Wd40.VmTests.Harness;
using Wd40.VmTests.Reports;

namespace Wd40.VmTests;

/// <summary>Domains that are not alike.</summary>
internal sealed partial class FigureTests
{
    private UnequalRun? _unequal;

    /// <summary>A domain with half as many CPUs gets half as much load.</summary>
    [Test, Order(2), Property("Check", "A-42"), Category(RunLength.OneKernel)]
    public async Task Unequal_domains_have_equal_load_per_CPU() => JudgeUnequal((await UnequalAsync()).Balance, [2, 4], [3, 6]);

    /// <summary>The same with domains of 2 and 6 CPUs, which are made by hand as no machine here has such caches.</summary>
    [Test, Order(2), Property("Check", "A-42"), Category(RunLength.FullOnly)]
    public async Task Domains_of_2_and_6_CPUs_have_equal_load_per_CPU()
    {
        await EndSharedSchedulerAsync();
        await using var scheduler = await RunningScheduler.StartAsync(Guest, $"--placement masks --cpumasks 0x03,0xfc {BalancerAlone}", name: "compose");
        JudgeUnequal(await RecordUnequalAsync("--groups 12", "0-1,2-7"), [2, 6], [3, 9]);
    }

    /// <summary>The run with two CPUs less, and first in, first out, that two tests share: a start is dear.</summary>
    private async Task<UnequalRun> UnequalAsync()
    {
        if (_unequal is not null)
            return _unequal;
        int[] missing = [2, 3];
        await EndSharedSchedulerAsync();
        foreach (var cpu in missing)
            await SetOnlineAsync(cpu, false);
        try
        {
            await using var scheduler = await OwnSchedulerAsync($"-f {BalancerAlone}");
            // 1.5 for each of 6 CPUs.
            var balance = await RecordUnequalAsync("--groups 9", "0-1,4-7");
            var pair = await HogsAsync("modules");
            return _unequal = new(balance, pair, await scheduler.TotalsAsync());
        }
        finally
        {
            foreach (var cpu in missing)
                await SetOnlineAsync(cpu, true);
        }
    }

    private Task<BalanceRun> RecordUnequalAsync(string groups, string domains) =>
        BalanceRun.RecordAsync(Guest, groups, 0.5, RoundsTime, Window, traced: false, domains: domains);

    /// <param name="run">What was seen.</param>
    /// <param name="cpus">CPUs of the two domains.</param>
    /// <param name="hogs">Hogs of each at the end.</param>
    private static void JudgeUnequal(BalanceRun run, int[] cpus, int[] hogs)
    {
        var perCpu = run.Steps.Select(step => step.Domains.Select(domain => domain.Load / domain.NrCpus).ToArray()).ToArray();
        var loads = run.Steps.Select(step => string.Join(":", step.Domains.Select(domain => Text(domain.Load))));
        Note($"{cpus[0]} and {cpus[1]} CPUs: loads {string.Join(" ", loads)}; hogs {string.Join(":", run.Hogs.Samples![^1].HogsPerDomain)}, "
            + $"{run.Hogs.CpusUsed:F2} CPUs used");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(run.Readings[0].Stats.Domains.Select(domain => domain.NrCpus), Is.EqualTo(cpus), "CPUs of the domains");
            Assert.That(perCpu, Has.Length.GreaterThanOrEqualTo(Rounds), "balance steps");
            foreach (var step in perCpu.Skip(Rounds - 1))
                Assert.That(step[0], Is.EqualTo(step[1]).Within(10).Percent, "load per CPU of the two domains from the fifth step on");
            Assert.That(run.Hogs.Samples![^1].HogsPerDomain, Is.EqualTo(hogs), "hogs per domain at the end");
        }
    }

    /// <summary>What was seen with two CPUs less.</summary>
    /// <param name="Balance">Of 9 hogs.</param>
    /// <param name="Pair">Of two hogs of different weight on one CPU.</param>
    /// <param name="Totals">Of the scheduler, at the end.</param>
    private sealed record UnequalRun(BalanceRun Balance, HogsReport Pair, ClusterStats Totals);
}
