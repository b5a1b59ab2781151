// SPDX-License-Identifier: GPL-2.0-only
using Wd40.Schedulers;

namespace Wd40.UnitTests.Schedulers;

[TestFixture]
public sealed class MainLoopTests
{
    private readonly ManualClock _clock = new();
    private StopRequest _stop = null!;
    private int _beats;
    private bool _ended;

    [SetUp]
    public void SetUp()
    {
        _stop = new StopRequest();
        _beats = 0;
        _ended = false;
    }

    [TearDown]
    public void TearDown() => _stop.Dispose();

    [Test]
    public void Steps_that_are_due_together_run_in_order_and_the_heart_beats()
    {
        var order = new List<string>();
        var loop = Loop(("tuner", 100, () => order.Add("tuner")), ("balancer", 200, () => order.Add("balancer")));
        _clock.Advance(200);
        Assert.Multiple(() =>
        {
            Assert.That(loop.Turn(out var wait), Is.EqualTo(LoopEnd.None));
            Assert.That(wait, Is.InRange(1, 100));
            Assert.That(order, Is.EqualTo(new[] { "tuner", "balancer" }));
            Assert.That(_beats, Is.EqualTo(1));
        });
    }

    [Test]
    public void The_wait_ends_with_the_nearest_deadline()
    {
        var loop = Loop(("tuner", 40, () => { }), ("balancer", 2000, () => { }));
        _clock.Advance(10);
        loop.Turn(out var wait);
        Assert.That(wait, Is.EqualTo(30));
    }

    [Test]
    public void The_end_by_the_kernel_is_looked_for_at_least_each_100_ms()
    {
        var loop = Loop(("balancer", 60_000, () => { }));
        loop.Turn(out var wait);
        Assert.That(wait, Is.EqualTo(100));
    }

    [Test]
    public void Nothing_is_done_once_the_kernel_has_ended_the_scheduler()
    {
        var steps = 0;
        var loop = Loop(("tuner", 100, () => steps++));
        _clock.Advance(1000);
        _ended = true;
        Assert.Multiple(() =>
        {
            Assert.That(loop.Turn(out _), Is.EqualTo(LoopEnd.EndedByKernel));
            Assert.That(steps, Is.Zero);
            Assert.That(_beats, Is.Zero);
        });
    }

    [Test]
    public void A_stop_request_ends_the_loop_at_once()
    {
        _stop.Request();
        Assert.That(Loop(("tuner", 100, () => { })).Run(), Is.EqualTo(LoopEnd.StopRequested));
    }

    [Test]
    public void A_stop_request_ends_the_wait()
    {
        using var started = new ManualResetEventSlim();
        var loop = new MainLoop([], started.Set, () => false, _stop, TimeProvider.System);
        var run = Task.Run(loop.Run);
        started.Wait();
        _stop.Request();
        Assert.That(run.GetAwaiter().GetResult(), Is.EqualTo(LoopEnd.StopRequested));
    }

    [Test]
    public void A_stop_request_is_handed_on()
    {
        var calls = 0;
        using var stop = new StopRequest(() => calls++);
        stop.Request();
        Assert.Multiple(() =>
        {
            Assert.That(stop.IsRequested, Is.True);
            Assert.That(calls, Is.EqualTo(1));
        });
    }

    [Test]
    public void Turns_and_waits_allocate_nothing()
    {
        var step = new PeriodicStep("tuner", TimeSpan.FromTicks(1), TimeProvider.System, () => { });
        var loop = new MainLoop([step], () => _beats++, () => _ended, _stop, TimeProvider.System);
        Turns(loop, 100);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Turns(loop, 1000);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Multiple(() =>
        {
            Assert.That(allocated, Is.Zero);
            Assert.That(_beats, Is.EqualTo(1100), "control: the turns really ran");
            Assert.That(loop.Steps[0].Count, Is.EqualTo(1100), "control: the steps really ran");
        });
    }

    [Test]
    public void The_count_of_allocations_notices_one()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        GC.KeepAlive(new byte[1]);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Positive);
    }

    private void Turns(MainLoop loop, int count)
    {
        for (var i = 0; i < count; i++)
        {
            loop.Turn(out _);
            _stop.Wait(i % 100 == 0 ? 1 : 0);
        }
    }

    private MainLoop Loop(params (string Name, int Milliseconds, Action Action)[] steps) => new(
        [.. steps.Select(step => new PeriodicStep(step.Name, TimeSpan.FromMilliseconds(step.Milliseconds), _clock, step.Action))],
        () => _beats++, () => _ended, _stop, _clock);
}
