// SPDX-License-Identifier: GPL-2.0-only
using Wd40.Schedulers;
using Wd40.Vm;
using Wd40.VmTests.Harness;
using Wd40.VmTests.Reports;

namespace Wd40.VmTests;

/// <summary>Turns of the thread that decides, on one CPU: there whatever interrupts one holds up everybody, and the emulator has no other CPU to run meanwhile.</summary>
[TestFixture("6.18", Category = RunLength.FullOnly)]
[TestFixture(KernelCatalog.Newest, Category = RunLength.FullOnly)]
internal sealed class RustlandTurnTests(string kernel) : GuestFixture(kernel, new VmTopology(1, 1, 1), ClockMode.InstructionCount, RustlandScheduler.Name)
{
    /// <summary>
    /// The policy's thread, put aside in its turn by a kernel thread, goes on at once: tasks that it has taken out of the rings wait for it alone. Queued like one that has
    /// ended its turn, it came with the next wake-up, or by ageing: the longest wake-up delay of a window was 20 to 52 ms.
    /// </summary>
    [Test, Property("Check", "rustland-turn")]
    public async Task A_turn_that_is_cut_short_goes_on()
    {
        const int Windows = 5;
        const double LimitNs = 2.5e6;
        Task<WakeupsReport> SleeperAsync(int seconds, double loopsPerUs) =>
            LoadAsync<WakeupsReport>(FormattableString.Invariant($"timer --warmup 1 --seconds {seconds} --loops-per-us {loopsPerUs}"));
        var speed = (await SleeperAsync(2, 0)).LoopsPerUs;
        var scheduler = await SharedSchedulerAsync("");
        await scheduler.UntilDecidingAsync();
        var longest = new List<double>();
        for (int i = 0; i < Windows; i++)
        {
            var delays = (await SleeperAsync(6, speed)).DelayNs;
            Assert.That(delays.Count, Is.GreaterThan(200), "wake-ups in the window");
            longest.Add(delays.Max);
        }
        TestContext.Out.WriteLine($"longest wake-up delay of each window, ms: {string.Join(", ", longest.Select(ns => FormattableString.Invariant($"{ns / 1e6:F2}")))}");
        Assert.That(longest, Is.All.LessThan(LimitNs), "longest wake-up delay of each window, ns");
    }
}
