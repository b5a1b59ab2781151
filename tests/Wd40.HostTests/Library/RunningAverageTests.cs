// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime.Layout;
using Wd40.LoadBalance;

namespace Wd40.HostTests.Library;

/// <summary>wd40/ravg.h run by the kernel against its C# twin, bit for bit, and against known values.</summary>
[TestFixture]
public sealed class RunningAverageTests
{
    private const uint Slots = 256;
    private const ulong Second = WdConstants.Sec, Millisecond = WdConstants.Msec;

    private HostObject _host = null!;

    [OneTimeSetUp]
    public void Load() => _host = HostObject.Load(Slots, [Shipped.Object("tests/ravg")]);

    [OneTimeTearDown]
    public void Unload() => _host.Dispose();

    [TestCase(1), TestCase(2), TestCase(3), TestCase(4), TestCase(5), TestCase(6)]
    [Property("Check", "A-28")]
    public void Random_sequences_agree_bit_for_bit(int seed)
    {
        var random = new Random(seed);
        var twins = new WdRavg[Slots];
        var halfLives = new ulong[Slots];
        for (var slot = 0; slot < Slots; slot++)
        {
            // One row in eight starts from garbage, as after scribbling on the arena.
            twins[slot] = slot % 8 == 7 ? new WdRavg { Val = Word(random), ValAt = Word(random) >> random.Next(64), Old = Word(random), Cur = Word(random) } : default;
            halfLives[slot] = HalfLife(random);
            _host.Tasks[slot].Duty = twins[slot];
        }
        var clocks = new ulong[Slots];
        for (var row = 0; row < HostObject.Rows; row++)
        {
            var slot = random.Next((int)Slots);
            var halfLife = halfLives[slot];
            var now = clocks[slot] = Next(random, clocks[slot], halfLife);
            _host.Column("ravg_slot")[row] = (ulong)slot;
            _host.Column("ravg_half_life")[row] = halfLife;
            _host.Column("ravg_now")[row] = now;
            _host.Column("ravg_val")[row] = Value(random);
            _host.Column("ravg_read_at")[row] = Next(random, now, halfLife);
        }
        _host.Run("ravg_rows", new TestArgs(HostObject.Rows));

        for (var row = 0; row < HostObject.Rows; row++)
        {
            var slot = _host.Column("ravg_slot")[row];
            var (val, now, readAt, halfLife) = (_host.Column("ravg_val")[row], _host.Column("ravg_now")[row], _host.Column("ravg_read_at")[row], _host.Column("ravg_half_life")[row]);
            ref var twin = ref twins[slot];
            var before = (twin.Val, twin.ValAt, twin.Old, twin.Cur);
            RunningAverage.Accumulate(ref twin, val, now, halfLife);
            var expected = (twin.Old, twin.Cur, twin.ValAt, RunningAverage.Read(twin, readAt, halfLife));
            var found = (_host.Column("ravg_result_old")[row], _host.Column("ravg_result_cur")[row], _host.Column("ravg_result_at")[row], _host.Column("ravg_result")[row]);
            if (found != expected)
                Assert.Fail($"row {row}: from (val, val_at, old, cur) {before} with value {val} at {now}, read at {readAt}, half-life {halfLife}: " +
                    $"(old, cur, val_at, average) is {found}, not {expected}");
        }
        for (var slot = 0; slot < Slots; slot++)
            Assert.That(_host.Tasks[slot].Duty.Val, Is.EqualTo(twins[slot].Val), $"value of slot {slot}");
    }

    // Half-life 1 s; value 1 from 0 s, 0 from 10 s.
    [TestCase(0.5, 0.25), TestCase(1, 0.5), TestCase(1.5, 0.625), TestCase(2, 0.75), TestCase(3, 0.875), TestCase(5, 0.96875), TestCase(10, 0.999023)]
    [TestCase(10.5, 0.749268), TestCase(11, 0.499512), TestCase(12, 0.249756), TestCase(15, 0.031219)]
    [Property("Check", "A-28")]
    public void Known_values(double seconds, double average)
    {
        var readAt = (ulong)(seconds * Second);
        _host.Tasks[1].Duty = default;
        SetRow(0, 1, 0, Math.Min(readAt, 10 * Second));
        SetRow(1, 0, 10 * Second, readAt);
        _host.Run("ravg_rows", new TestArgs(seconds <= 10 ? 1ul : 2ul));
        Assert.That((double)_host.Column("ravg_result")[seconds <= 10 ? 0 : 1] / WdConstants.RavgOne, Is.EqualTo(average).Within(1e-4));
    }

    [Test]
    [Property("Check", "A-28")]
    public void Half_busy_task_reads_a_half()
    {
        _host.Tasks[1].Duty = default;
        for (var i = 0; i < 2000; i++)
            SetRow(i, (ulong)(1 - i % 2), (ulong)i * 10 * Millisecond, (ulong)(i + 1) * 10 * Millisecond);
        _host.Run("ravg_rows", new TestArgs(2000));
        Assert.That((double)_host.Column("ravg_result")[1999] / WdConstants.RavgOne, Is.EqualTo(0.4995).Within(2e-3));
    }

    [Test]
    [Property("Check", "A-28")]
    public void Average_never_exceeds_the_largest_value()
    {
        var random = new Random(99);
        _host.Tasks[1].Duty = default;
        ulong now = 0;
        for (var row = 0; row < HostObject.Rows; row++)
        {
            now += (ulong)random.NextInt64((long)(3 * Second));
            SetRow(row, (ulong)random.Next(101), now, now + (ulong)random.NextInt64((long)Second));
        }
        _host.Run("ravg_rows", new TestArgs(HostObject.Rows));
        // Durations are rounded up, by 2^-20 of a period for each change.
        Assert.That(_host.Column("ravg_result").ToArray().Max(), Is.LessThan(100.1 * WdConstants.RavgOne));
    }

    private void SetRow(int row, ulong value, ulong now, ulong readAt)
    {
        _host.Column("ravg_slot")[row] = 1;
        _host.Column("ravg_half_life")[row] = Second;
        _host.Column("ravg_val")[row] = value;
        _host.Column("ravg_now")[row] = now;
        _host.Column("ravg_read_at")[row] = readAt;
    }

    private static ulong HalfLife(Random random) => random.Next(6) switch
    {
        0 => Millisecond,
        1 => Second,
        2 => uint.MaxValue,
        3 => 1,
        _ => (ulong)random.NextInt64((long)Millisecond, uint.MaxValue),
    };

    private static ulong Value(Random random) => random.Next(8) switch
    {
        0 => 0,
        1 or 2 or 3 => 1,
        4 => WdConstants.RavgValMax,
        5 => Word(random),
        6 => (ulong)random.Next(1, 10_001),
        _ => Word(random) >> random.Next(64),
    };

    /// <summary>A later time as a rule: on a boundary, beside one, within a period, after a long gap; or an earlier one.</summary>
    private static ulong Next(Random random, ulong now, ulong halfLife) => random.Next(12) switch
    {
        0 => (now / halfLife + 1) * halfLife,
        1 => (now / halfLife + 1) * halfLife - 1,
        2 => (now / halfLife + (ulong)random.Next(1, 5)) * halfLife + 1,
        3 => now,
        4 => now - Math.Min(now, (ulong)random.NextInt64((long)Second)),
        5 => now + (ulong)random.Next(15, 80) * halfLife,
        6 => now + (ulong)random.NextInt64((long)(1000 * Second)),
        7 => now + halfLife * (ulong)random.Next(1, 4) + (ulong)random.NextInt64((long)halfLife),
        _ => now + (ulong)random.NextInt64((long)halfLife),
    };

    private static ulong Word(Random random) => (ulong)random.NextInt64(long.MinValue, long.MaxValue);
}
