// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime.Layout;
using Wd40.LoadBalance;

namespace Wd40.UnitTests.LoadBalance;

public sealed class RunningAverageTests
{
    private const ulong HalfLife = 1_000_000_000;

    private static ulong Seconds(double seconds) => (ulong)(seconds * 1e9);

    private static double Read(in WdRavg average, double seconds) =>
        RunningAverage.Read(average, Seconds(seconds), HalfLife) / (double)RunningAverage.One;

    [TestCase(0.5, 0.25), TestCase(1, 0.5), TestCase(1.5, 0.625), TestCase(2, 0.75), TestCase(3, 0.875), TestCase(5, 0.96875), TestCase(10, 0.999023)]
    [Property("Check", "A-28")]
    public void Value_one_rises(double seconds, double expected)
    {
        var average = default(WdRavg);
        RunningAverage.Accumulate(ref average, 1, 0, HalfLife);
        Assert.That(Read(average, seconds), Is.EqualTo(expected).Within(1e-4));
    }

    [TestCase(10.5, 0.749268), TestCase(11, 0.499512), TestCase(12, 0.249756), TestCase(15, 0.031219)]
    [Property("Check", "A-28")]
    public void Value_zero_falls(double seconds, double expected)
    {
        var average = default(WdRavg);
        RunningAverage.Accumulate(ref average, 1, 0, HalfLife);
        RunningAverage.Accumulate(ref average, 0, Seconds(10), HalfLife);
        Assert.That(Read(average, seconds), Is.EqualTo(expected).Within(1e-4));
    }

    [Test]
    [Property("Check", "A-28")]
    public void Half_on_half_off_reads_a_half()
    {
        var average = default(WdRavg);
        for (int i = 0; i < 2000; i++)
            RunningAverage.Accumulate(ref average, (ulong)(i & 1), (ulong)i * 10_000_000, HalfLife);
        Assert.That(RunningAverage.Read(average, 2000ul * 10_000_000, HalfLife) / (double)RunningAverage.One, Is.EqualTo(0.4995).Within(1e-3));
    }

    [Test]
    [Property("Check", "A-28")]
    public void A_clock_that_went_back_stands_still()
    {
        var average = default(WdRavg);
        RunningAverage.Accumulate(ref average, 1, Seconds(5), HalfLife);
        RunningAverage.Accumulate(ref average, 0, Seconds(4), HalfLife);
        Assert.That(average.ValAt, Is.EqualTo(Seconds(5)));
    }

    [FsCheck.NUnit.Property]
    [Property("Check", "A-28")]
    public void Reading_equals_accumulating_first(uint first, uint second, uint third, bool on)
    {
        // The stops in between must not change what comes out beyond rounding.
        ulong t1 = first, t2 = t1 + second, t3 = t2 + third;
        var stopped = default(WdRavg);
        RunningAverage.Accumulate(ref stopped, on ? 1ul : 0, t1, HalfLife);
        var straight = stopped;
        RunningAverage.Accumulate(ref stopped, on ? 1ul : 0, t2, HalfLife);
        Assert.That((double)RunningAverage.Read(stopped, t3, HalfLife), Is.EqualTo((double)RunningAverage.Read(straight, t3, HalfLife)).Within(8));
    }
}
