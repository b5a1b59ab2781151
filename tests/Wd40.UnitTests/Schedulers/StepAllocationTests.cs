// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime;
using Wd40.ArenaRuntime.Layout;
using Wd40.LoadBalance;
using Wd40.Placement;
using Wd40.Schedulers;
using Wd40.Schedulers.Statistics;

namespace Wd40.UnitTests.Schedulers;

/// <summary>The loop with tuner and balancer on anonymous memory: what a running scheduler does, without a kernel.</summary>
[TestFixture]
public sealed class StepAllocationTests
{
    private const int Domains = 2, Hogs = 16;
    private const uint Cpus = 8;

    [TestCase("rusty")]
    [TestCase("level")]
    public void Turns_with_tuner_and_balancer_steps_allocate_nothing(string module)
    {
        var layout = new ArenaLayout(Cpus, Domains, 1, 1024);
        using var arena = Arena.Anonymous(layout.Size);
        using var stop = new StopRequest();
        Fill(arena, layout);
        var figures = new LoopFigures();
        var tuner = new Tuner(arena, layout.ToStruct(), new TunerOptions());
        var balancer = new Balancer(arena, layout.ToStruct(), new BalancerOptions { MakePlanner = ModuleRegistry.Find(ModuleSlot.LoadBalance, module).MakePlanner! });
        var clock = new ManualClock();
        ulong asked = 0;
        var loop = new MainLoop(
            [
                new PeriodicStep("tuner", TimeSpan.FromMilliseconds(100), clock, tuner.Step, figures),
                new PeriodicStep("balancer", TimeSpan.FromMilliseconds(200), clock, () => asked += (ulong)balancer.Step(tuner.IsFull), figures),
            ],
            figures.Progressed, () => false, stop, clock);
        Turns(loop, clock, arena, layout, 1);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Turns(loop, clock, arena, layout, 100);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Multiple(() =>
        {
            Assert.That(allocated, Is.Zero);
            Assert.That(loop.Steps[0].Count, Is.EqualTo(101), "control: the tuner really stepped");
            Assert.That(loop.Steps[1].Count, Is.EqualTo(50), "control: the balancer really stepped");
            Assert.That(asked, Is.Positive, "control: the balancer had something to move");
        });
    }

    private static void Turns(MainLoop loop, ManualClock clock, Arena arena, ArenaLayout layout, int count)
    {
        for (var i = 0; i < count; i++)
        {
            clock.Advance(100);
            foreach (ref var cpu in arena.Span<WdCpu>(layout.Cpus, layout.NrCpuIds))
                cpu.Clock += WdConstants.Msec * 100ul;
            loop.Turn(out _);
        }
    }

    /// <summary>All hogs at home in the first of two domains.</summary>
    private static void Fill(Arena arena, ArenaLayout layout)
    {
        var domains = arena.Span<WdDomain>(layout.Domains, Domains);
        for (var domain = 0; domain < Domains; domain++)
        {
            domains[domain].NrCpus = Cpus / Domains;
            domains[domain].Capacity = Cpus / Domains * Topology.FullCapacity;
            domains[domain].Cpus[0] = 0xful << (domain * 4);
        }
        var now = 10ul * WdConstants.Sec;
        foreach (ref var cpu in arena.Span<WdCpu>(layout.Cpus, layout.NrCpuIds))
            cpu.Clock = now;
        for (var slot = 1; slot <= Hogs; slot++)
        {
            ref var brief = ref arena.Span<WdBrief>(layout.Briefs, layout.MaxTasks)[slot];
            brief.Live = 1;
            brief.Weight = WdConstants.WeightDefault;
            ref var task = ref arena.Span<WdTask>(layout.Tasks, layout.MaxTasks)[slot];
            task.Generation = 1;
            task.Domains = 3;
            task.Duty.Val = 1;
            task.Duty.ValAt = WdConstants.Sec;
        }
    }
}
