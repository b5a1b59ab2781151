// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime;
using Wd40.ArenaRuntime.Layout;
using Wd40.Deadline;

namespace Wd40.UnitTests.Deadline;

public sealed class DeadlineFormulaTests
{
    // Average runtime, weight, frequencies; priority and scale as the specification's vectors give them.
    [TestCase(1_000_000ul, 100ul, 0ul, 0ul, 18ul)]
    [TestCase(1_000_000ul, 100ul, 100ul, 1ul, 23ul)]
    [TestCase(100_000ul, 100ul, 1000ul, 14ul, 423ul)]
    [TestCase(50_000ul, 100ul, 5000ul, 22ul, 2501ul)]
    [TestCase(1_000_000ul, 1000ul, 100ul, 8ul, 110ul)]
    [TestCase(20_000_000ul, 200ul, 0ul, 0ul, 18ul)]
    public void Priority_and_scale_follow_the_vectors(ulong runtime, ulong weight, ulong frequency, ulong priority, ulong scale)
    {
        ulong got = DeadlineFormula.LatencyPriority(frequency, frequency, runtime, weight);
        Assert.Multiple(() =>
        {
            Assert.That(got, Is.EqualTo(priority));
            Assert.That(DeadlineFormula.ScaleOf(got), Is.EqualTo(scale));
        });
    }

    [TestCase(1_000_000ul, 100ul, 0ul, 1_000_000ul)]
    [TestCase(1_000_000ul, 100ul, 100ul, 782_608ul)]
    [TestCase(20_000_000ul, 100ul, 0ul, 4_000_000ul)]
    [TestCase(20_000_000ul, 200ul, 0ul, 2_000_000ul)]
    [TestCase(20_000_000ul, 1ul, 0ul, 400_000_000ul)]
    public void Request_is_bounded_and_weighted(ulong runtime, ulong weight, ulong frequency, ulong request) =>
        Assert.That(DeadlineFormula.RequestLength(runtime, weight, ScaleOf(runtime, weight, frequency, frequency)), Is.EqualTo(request));

    [TestCase(1024u, 16_000_000ul), TestCase(410u, 16_000_000ul), TestCase(256u, 10_000_000ul), TestCase(13u, 507_812ul), TestCase(0u, 0ul)]
    public void Credit_is_what_40_ms_bring_at_the_pace_of_the_clock(uint pace, ulong credit) => Assert.That(VirtualTime.Credit(pace), Is.EqualTo(credit));

    [TestCase(100u, 16_000_000ul), TestCase(15u, 16_000_000ul), TestCase(1_600u, 1_000_000ul), TestCase(10_000u, 160_000ul)]
    public void Credit_is_CPU_time_to_a_heavy_task(uint weight, ulong credit)
    {
        const ulong Clock = 1ul << 40;
        var task = new WdTask { Vtime = 1, Weight = weight };
        Assert.Multiple(() =>
        {
            Assert.That(VirtualTime.Place(ref task, Clock, WdArrival.Woken, WdConstants.PaceOne), Is.EqualTo(Clock - credit));
            Assert.That(task.Rested, Is.EqualTo(1));
        });
    }

    private static ulong ScaleOf(ulong runtime, ulong weight, ulong blocked, ulong waker) =>
        DeadlineFormula.ScaleOf(DeadlineFormula.LatencyPriority(blocked, waker, runtime, weight));

    [FsCheck.NUnit.Property]
    public void Latency_terms_only_shorten_the_request(ulong runtime, uint blocked, uint waker, ulong average, ushort weight)
    {
        ulong w = (weight % 10_000ul) + 1;
        ulong plain = Math.Min(runtime, DeadlineFormula.RequestMax) * 100 / w;
        Assert.That(DeadlineFormula.RequestLength(runtime, w, ScaleOf(average, w, blocked, waker)), Is.LessThanOrEqualTo(plain));
    }

    [Test]
    public void Priority_reaches_its_end_and_the_scale_is_clamped()
    {
        ulong priority = DeadlineFormula.LatencyPriority(100_000, 100_000, 0, 10_000);
        Assert.Multiple(() =>
        {
            Assert.That(priority, Is.EqualTo(38));
            Assert.That(DeadlineFormula.ScaleOf(priority), Is.EqualTo(10_000));
        });
    }

    [Test]
    public void Averages_take_a_quarter_of_the_sample()
    {
        Assert.Multiple(() =>
        {
            Assert.That(DeadlineFormula.Ewma(400, 800), Is.EqualTo(500));
            Assert.That(DeadlineFormula.UpdateFrequency(0, 1_000_000), Is.EqualTo(25));
            Assert.That(DeadlineFormula.UpdateFrequency(40, 0), Is.EqualTo(30), "no time between: nothing added");
        });
    }

    [TestCase(0u, 4u, 20_000_000ul)]
    [TestCase(4u, 4u, 2_000_000ul)]
    [TestCase(60u, 4u, 1_000_000ul)]
    public void Slice_shortens_as_the_queue_grows(uint queued, uint cpus, ulong slice) =>
        Assert.That(DeadlineFormula.Slice(queued, cpus, 1_000_000, 20_000_000), Is.EqualTo(slice));

    [Test]
    public void Virtual_time_goes_by_weight()
    {
        Assert.Multiple(() =>
        {
            Assert.That(DeadlineFormula.VirtualTime(1000, 100 * WdConstants.WeightOne), Is.EqualTo(1000));
            Assert.That(DeadlineFormula.VirtualTime(1000, 200 * WdConstants.WeightOne), Is.EqualTo(500));
            Assert.That(DeadlineFormula.VirtualTime(1000, (100 * WdConstants.WeightOne) / 60), Is.EqualTo(60_000).Within(0.1).Percent, "one of 60 in a group");
            Assert.That(DeadlineFormula.VirtualTime(1000, 0), Is.EqualTo(1000), "no weight yet counts as nice 0");
        });
    }

    [TestCase(0ul, 1ul, "--slice-us-overutil"), TestCase(1ul, 0ul, "--slice-us-underutil"), TestCase(1ul, 10_000_001ul, "--slice-us-underutil")]
    public void Slices_out_of_range_are_refused_by_option(ulong min, ulong max, string option) => Assert.That(() => new DeadlineOptions(min, max),
        Throws.TypeOf<SchedulerException>().With.Message.Contains(option));
}
