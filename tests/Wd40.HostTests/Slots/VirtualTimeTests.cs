// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime.Layout;
using Wd40.Deadline;

namespace Wd40.HostTests.Slots;

/// <summary>deadline/vtime as linked and verified, against <see cref="VirtualTime"/> bit for bit, and what it promises.</summary>
[TestFixture]
public sealed class VirtualTimeTests
{
    private const uint Slots = 1024;
    private const ulong Millisecond = WdConstants.Msec, Start = 1ul << 40;

    private SlotCalls _calls = null!;

    [OneTimeSetUp]
    public void Load() => _calls = SlotCalls.Load(["deadline/vtime"], Slots);

    [OneTimeTearDown]
    public void Unload() => _calls.Dispose();

    [TestCase(1), TestCase(2)]
    public void Random_calls_agree_bit_for_bit(int seed)
    {
        var random = new Random(seed);
        ref var tunables = ref _calls.Host.Arena.Ref<WdTunables>(_calls.Host.Layout.Tunables);
        var (min, max) = ((ulong)random.Next(5_000_000), (ulong)random.Next(30_000_000));
        (tunables.SliceMin, tunables.SliceMax) = (min, max);
        var model = new WdTask[Slots];
        for (var slot = 0; slot < Slots; slot++)
            _calls.Host.Tasks[slot] = model[slot] = RandomTask(random);
        var functions = new[]
        {
            CallsFunction.Runnable, CallsFunction.Key, CallsFunction.Charge, CallsFunction.Slice, CallsFunction.Quiescent, CallsFunction.Moved,
        };
        for (var row = 0; row < HostObject.Rows; row++)
        {
            var function = functions[random.Next(functions.Length)];
            var (a, b, c) = function switch
            {
                CallsFunction.Key => (random.Next(16) == 0 ? Word(random) : Start + (ulong)random.NextInt64(2000L * WdConstants.Sec), 0ul,
                    How((WdArrival)random.Next(4), random.Next(WdConstants.PaceOne + 1))),
                CallsFunction.Charge => (random.Next(8) == 0 ? Word(random) : (ulong)random.NextInt64((long)(50 * Millisecond)),
                    random.Next(8) == 0 ? 0 : (ulong)random.Next(1, WdConstants.WeightMax * WdConstants.WeightOne), 0ul),
                CallsFunction.Slice => ((ulong)random.Next(4), (ulong)random.Next(1, 1025), 0ul),
                CallsFunction.Moved => ((ulong)random.NextInt64(-(long)(900 * Millisecond), (long)(900 * Millisecond)), 0ul, 0ul),
                _ => ((ulong)random.Next((int)Slots), (ulong)random.Next(2), 1ul),
            };
            _calls.Set(row, function, random.Next((int)Slots), a, b, c);
        }
        _calls.Run(HostObject.Rows);

        var host = _calls.Host;
        for (var row = 0; row < HostObject.Rows; row++)
        {
            var (function, slot) = ((CallsFunction)host.Column("calls_function")[row], (int)host.Column("calls_slot")[row]);
            var (a, b, c) = (host.Column("calls_a")[row], host.Column("calls_b")[row], host.Column("calls_c")[row]);
            var before = RecordText.OrderOf(model[slot]);
            var expected = function switch
            {
                CallsFunction.Key => VirtualTime.Key(ref model[slot], a, (WdArrival)(c & 0xff), (uint)(c >> 8)),
                CallsFunction.Charge => VirtualTime.Charge(ref model[slot], a, b),
                CallsFunction.Slice => VirtualTime.Slice((uint)a, min, max),
                CallsFunction.Moved => VirtualTime.Shift(ref model[slot], a),
                _ => 0ul,
            };
            if (host.Column("calls_result")[row] != expected)
                Assert.Fail($"row {row}: {function}({a}, {b}, {c}) on {before}: {host.Column("calls_result")[row]}, not {expected}");
        }
        for (var slot = 0; slot < Slots; slot++)
            Assert.That(RecordText.Of(host.Tasks[slot]), Is.EqualTo(RecordText.Of(model[slot])), $"slot {slot}");
    }

    [Test]
    public void Who_changes_the_domain_is_shifted_and_who_has_no_virtual_time_yet_is_not()
    {
        _calls.Host.Tasks[1] = new WdTask { Generation = 1, Weight = 100, Vtime = Start };
        _calls.Host.Tasks[2] = new WdTask { Generation = 1, Weight = 100 };
        _calls.Call(CallsFunction.Moved, 1, unchecked(0 - Millisecond));
        _calls.Call(CallsFunction.Moved, 2, unchecked(0 - Millisecond));
        Assert.That(new[] { _calls.Host.Tasks[1].Vtime, _calls.Host.Tasks[2].Vtime }, Is.EqualTo(new[] { Start - Millisecond, 0ul }));
    }

    [TestCase(100u, 100u)]
    [TestCase(100u, 1000u)]
    [TestCase(10u, 100u)]
    [TestCase(1u, 10u)]
    public void Two_hogs_share_by_weight(uint first, uint second)
    {
        _calls.Host.Tasks[1] = new WdTask { Generation = 1, Weight = first };
        _calls.Host.Tasks[2] = new WdTask { Generation = 1, Weight = second };
        _calls.Host.Run("calls_hogs", new TestArgs(50_000, 4 * Millisecond));
        var (a, b) = ((double)_calls.Host.Column("calls_a")[0], (double)_calls.Host.Column("calls_a")[1]);
        Assert.That(b / a, Is.EqualTo((double)second / first).Within(1).Percent);
    }

    [Test]
    public void Neither_sleep_nor_wake_ups_of_others_nor_run_time_change_the_key()
    {
        _calls.Host.Tasks[1] = new WdTask { Generation = 1, Weight = 100, Vtime = Start };
        _calls.Host.Tasks[2] = new WdTask
        {
            Generation = 1,
            Weight = 100,
            Vtime = Start,
            Stint = 50 * Millisecond,
            AvgRuntime = 50 * Millisecond,
            BlockedFreq = 1000,
            WakerFreq = 1000,
            Scale = 10_000,
        };
        var keys = new[] { 1, 2 }.Select(slot => _calls.Call(CallsFunction.Key, slot, Start, 0, How(WdArrival.Again)));
        Assert.That(keys, Is.All.EqualTo(Start));
    }

    [TestCase(1024, 16u), TestCase(256, 10u), TestCase(128, 5u)]
    public void Credit_of_a_sleeper_is_bounded(int pace, uint credit)
    {
        foreach (var behind in new[] { 0ul, Millisecond, 17 * Millisecond, Start / 2 })
        {
            _calls.Host.Tasks[1] = new WdTask { Generation = 1, Weight = 100, Vtime = Start - behind };
            Assert.That(Start - _calls.Call(CallsFunction.Key, 1, Start, 0, How(WdArrival.Woken, pace)),
                Is.EqualTo(Math.Min(behind, credit * Millisecond)), $"{behind} ns behind");
        }
    }

    [Test]
    public void Woken_task_preempts_by_a_margin() =>
        Assert.That(_calls.Call(CallsFunction.PreemptMargin), Is.Positive.And.LessThan(16 * Millisecond), "less than a sleeper's credit");

    private static ulong How(WdArrival how, int pace = WdConstants.PaceOne) => (ulong)how | (ulong)pace << 8;

    private static WdTask RandomTask(Random random) => new()
    {
        Generation = (ulong)random.Next(10),
        Weight = (uint)random.Next(1, 10_001),
        Vtime = random.Next(10) switch { 0 => 0, 1 => Word(random), _ => Start + (ulong)random.NextInt64(2000L * WdConstants.Sec) },
        Stint = Word(random),
        BlockedFreq = Word(random),
        Rested = (uint)random.Next(2),
    };

    private static ulong Word(Random random) => (ulong)random.NextInt64(long.MinValue, long.MaxValue);
}
