// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime.Layout;
using Wd40.Deadline;

namespace Wd40.HostTests.Slots;

/// <summary>deadline/interactive as linked and verified, against <see cref="DeadlineFormula"/> bit for bit, and what it promises.</summary>
[TestFixture]
public sealed class DeadlineTests
{
    private const uint Slots = 4096;
    private const ulong Millisecond = WdConstants.Msec, Start = 1ul << 40;

    private SlotCalls _calls = null!;

    private ref WdTask Task(int slot) => ref _calls.Host.Tasks[slot];

    private ref WdTunables Tunables => ref _calls.Host.Arena.Ref<WdTunables>(_calls.Host.Layout.Tunables);

    [OneTimeSetUp]
    public void Load() => _calls = SlotCalls.Load(["deadline/interactive"], Slots);

    [OneTimeTearDown]
    public void Unload() => _calls.Dispose();

    [TestCase(1), TestCase(2), TestCase(3), TestCase(4)]
    public void Random_calls_agree_bit_for_bit(int seed)
    {
        var random = new Random(seed);
        Tunables.SliceMin = (ulong)random.Next(5_000_000);
        Tunables.SliceMax = (ulong)random.Next(30_000_000);
        var model = new DeadlineModel(Tunables.SliceMin, Tunables.SliceMax, Slots);
        for (var slot = 0; slot < Slots; slot++)
            Task(slot) = model.Tasks[slot] = RandomTask(random, slot);
        var functions = new[]
        {
            CallsFunction.Runnable, CallsFunction.Key, CallsFunction.Charge, CallsFunction.Slice, CallsFunction.Quiescent, CallsFunction.Moved,
        };
        var now = random.Next(4) == 0 ? (ulong)random.NextInt64() : 1000ul * WdConstants.Sec;
        for (var row = 0; row < HostObject.Rows; row++)
        {
            now += (ulong)random.NextInt64(0, (long)Millisecond);
            var function = functions[random.Next(functions.Length)];
            var (a, b, c) = function switch
            {
                CallsFunction.Runnable => ((ulong)random.Next((int)Slots), now, (ulong)random.Next(2)),
                CallsFunction.Key => (Start + now + (ulong)random.NextInt64(-(long)(400 * Millisecond), (long)(900 * Millisecond)), now, How((WdArrival)random.Next(4), random.Next(WdConstants.PaceOne + 1))),
                CallsFunction.Charge => (random.Next(8) == 0 ? Word(random) : (ulong)random.NextInt64((long)(50 * Millisecond)), Exact(random), now),
                CallsFunction.Slice => ((ulong)random.Next(random.Next(2) == 0 ? 4 : 5000), (ulong)random.Next(1, 1025), 0ul),
                CallsFunction.Moved => ((ulong)random.NextInt64(-(long)(900 * Millisecond), (long)(900 * Millisecond)), 0ul, 0ul),
                _ => (now, (ulong)random.Next(2), 0ul),
            };
            _calls.Set(row, function, random.Next((int)Slots), a, b, c);
        }
        _calls.Run(HostObject.Rows);

        var host = _calls.Host;
        for (var row = 0; row < HostObject.Rows; row++)
        {
            var (function, slot) = ((CallsFunction)host.Column("calls_function")[row], (int)host.Column("calls_slot")[row]);
            var (a, b, c) = (host.Column("calls_a")[row], host.Column("calls_b")[row], host.Column("calls_c")[row]);
            var before = RecordText.OrderOf(model.Tasks[slot]);
            var expected = model.Call(function, slot, a, b, c);
            if (host.Column("calls_result")[row] != expected)
                Assert.Fail($"row {row}: {function}({a}, {b}, {c}) on {before}, weight {Task(slot).Weight}: {host.Column("calls_result")[row]}, not {expected}");
        }
        for (var slot = 0; slot < Slots; slot++)
            Assert.That(RecordText.Of(Task(slot)), Is.EqualTo(RecordText.Of(model.Tasks[slot])), $"slot {slot}");
    }

    [Test]
    public void Request_is_bounded_by_weight_and_shorter_for_the_latency_critical()
    {
        var random = new Random(11);
        for (var round = 0; round < 4; round++)
        {
            for (var slot = 1; slot < Slots; slot++)
            {
                Task(slot) = RandomTask(random, slot) with { Weight = (uint)random.Next(WdConstants.WeightMin, WdConstants.WeightMax + 1), Vtime = Start };
                _calls.Set(slot, CallsFunction.Key, slot, Start, 0, How(WdArrival.Again));
            }
            _calls.Set(0, CallsFunction.PreemptMargin, 0);
            _calls.Run((int)Slots);
            for (var slot = 1; slot < Slots; slot++)
                Assert.That(Task(slot).Deadline - Task(slot).Vtime, Is.LessThanOrEqualTo(4 * Millisecond * WdConstants.WeightDefault / Task(slot).Weight), $"weight {Task(slot).Weight}");
        }
        ulong Request(ulong blocked, ulong waker)
        {
            Task(1) = new WdTask
            {
                Generation = 1,
                Weight = 100,
                Vtime = Start,
                Stint = Millisecond / 10,
                AvgRuntime = Millisecond / 10,
                BlockedFreq = blocked,
                WakerFreq = waker,
            };
            _calls.Call(CallsFunction.Quiescent, 1, Millisecond, 1);
            return _calls.Call(CallsFunction.Key, 1, Start, 0, How(WdArrival.Again)) - Start;
        }
        Assert.That(Request(1000, 1000), Is.LessThan(Request(100, 100)).And.LessThan(Request(0, 0) / 10));
    }

    [TestCase(100u, 100u)]
    [TestCase(100u, 200u)]
    [TestCase(100u, 1000u)]
    [TestCase(10u, 100u)]
    [TestCase(1u, 10u)]
    public void Two_hogs_share_by_weight(uint first, uint second)
    {
        foreach (var turn in new[] { Millisecond, 4 * Millisecond, 20 * Millisecond })
        {
            // A turn beyond the bound ahead of the clock is forgiven in part. Where two share a CPU a turn is a slice of 4 ms.
            if (turn * WdConstants.WeightDefault / Math.Min(first, second) > 800 * Millisecond)
                continue;
            Task(1) = new WdTask { Generation = 1, Weight = first };
            Task(2) = new WdTask { Generation = 1, Weight = second };
            _calls.Host.Run("calls_hogs", new TestArgs(50_000, turn));
            var (a, b) = ((double)_calls.Host.Column("calls_a")[0], (double)_calls.Host.Column("calls_a")[1]);
            Assert.That(b / a, Is.EqualTo((double)second / first).Within(1).Percent, $"turns of {turn} ns");
        }
    }

    [TestCase(1024u, 16u), TestCase(512u, 16u), TestCase(256u, 10u), TestCase(128u, 5u)]
    public void Credit_of_a_sleeper_is_bounded_by_the_lag_and_by_what_40_ms_bring(uint pace, uint credit)
    {
        foreach (var weight in new[] { 1u, 100u, 2_000u, 10_000u })
        {
            // CPU time, to a task heavier than normal.
            var bound = (ulong)credit * Millisecond * WdConstants.WeightDefault / Math.Max(weight, WdConstants.WeightDefault);
            foreach (var behind in new[] { 0ul, Millisecond / 100, Millisecond, 15 * Millisecond, 17 * Millisecond, 1000 * Millisecond, Start / 2 })
            {
                Task(1) = new WdTask { Generation = 1, Weight = weight, Vtime = Start - behind };
                _calls.Call(CallsFunction.Key, 1, Start, 0, How(WdArrival.Woken, (int)pace));
                Assert.That(Start - Task(1).Vtime, Is.EqualTo(Math.Min(behind, bound)), $"{behind} ns behind, weight {weight}");
                Assert.That(Task(1).Rested, Is.EqualTo(behind > bound / 4 ? 1u : 0u), $"{behind} ns behind, weight {weight}");
            }
        }
    }

    [Test]
    public void Key_of_a_new_task_is_the_clock_and_no_key_is_zero()
    {
        Task(1) = new WdTask { Generation = 1, Weight = 100 };
        Assert.That(_calls.Call(CallsFunction.Key, 1, Start, 0, How(WdArrival.Woken)), Is.EqualTo(Start));
        var random = new Random(12);
        for (var row = 0; row < HostObject.Rows; row++)
        {
            var slot = row % (int)Slots;
            if (row < Slots)
                Task(slot) = RandomTask(random, slot) with { Vtime = random.Next(4) == 0 ? 0 : Word(random) };
            _calls.Set(row, CallsFunction.Key, slot, Start + (ulong)row * Millisecond, 0, How((WdArrival)(row % 3)));
        }
        _calls.Run(HostObject.Rows);
        Assert.That(_calls.Host.Column("calls_result").ToArray(), Has.None.Zero);
    }

    [Test]
    public void Task_on_a_claimed_CPU_is_never_ahead_of_the_clock()
    {
        Task(1) = new WdTask { Generation = 1, Weight = 100, Vtime = Start + 700 * Millisecond };
        _calls.Call(CallsFunction.Key, 1, Start, 0, How(WdArrival.Direct));
        Assert.That(Task(1).Vtime, Is.EqualTo(Start));
    }

    [TestCase(0u, 1u, 20.0), TestCase(1u, 1u, 2.0), TestCase(3u, 1u, 1.0), TestCase(100u, 1u, 1.0), TestCase(4u, 4u, 2.0), TestCase(1u, 8u, 3.555555)]
    public void Slice_gives_each_its_turn_within_the_target(uint queued, uint cpus, double milliseconds)
    {
        Tunables.SliceMin = Millisecond;
        Tunables.SliceMax = 20 * Millisecond;
        Assert.That(_calls.Call(CallsFunction.Slice, 1, queued, cpus), Is.EqualTo((ulong)(milliseconds * Millisecond)));
    }

    /// <summary>Argument c of a key: how the task comes, and the pace of the queue.</summary>
    private static ulong How(WdArrival how, int pace = WdConstants.PaceOne) => (ulong)how | (ulong)pace << 8;

    private static WdTask RandomTask(Random random, int slot) => new()
    {
        Generation = (ulong)random.Next(10),
        Weight = random.Next(10) switch { 0 => 0, 1 => WdConstants.WeightMax, 2 => WdConstants.WeightMin, 3 => (uint)random.NextInt64(uint.MaxValue), _ => (uint)random.Next(1, 10_001) },
        Domain = (uint)slot,
        Vtime = random.Next(10) switch { 0 => 0, 1 => Word(random), _ => Start + (ulong)random.NextInt64(2000L * WdConstants.Sec) },
        Stint = Scale(random),
        AvgRuntime = Scale(random),
        BlockedFreq = Scale(random),
        WakerFreq = Scale(random),
        LastBlockedAt = Scale(random),
        LastWokeAt = Scale(random),
        Scale = random.Next(4) == 0 ? Scale(random) : (ulong)random.Next(10_001),
    };

    /// <summary>Any magnitude alike, now and then all bits.</summary>
    private static ulong Scale(Random random) => Word(random) >> random.Next(64);

    /// <summary>An effective weight as the core passes it, seldom any word.</summary>
    private static ulong Exact(Random random) =>
        random.Next(8) switch { 0 => 0, 1 => Word(random), _ => (ulong)random.Next(1, WdConstants.WeightMax * WdConstants.WeightOne) };

    private static ulong Word(Random random) => (ulong)random.NextInt64(long.MinValue, long.MaxValue);
}
