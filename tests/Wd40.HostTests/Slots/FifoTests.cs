// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime.Layout;

namespace Wd40.HostTests.Slots;

/// <summary>deadline/fifo: keys by arrival and nothing else, one slice for all, nobody preempts.</summary>
[TestFixture]
public sealed class FifoTests
{
    private const ulong Millisecond = WdConstants.Msec;

    private SlotCalls _calls = null!;

    [OneTimeSetUp]
    public void Load() => _calls = SlotCalls.Load(["deadline/fifo"]);

    [OneTimeTearDown]
    public void Unload() => _calls.Dispose();

    [Test]
    public void Keys_are_in_the_order_of_arrival_whoever_comes_and_to_whichever_queue()
    {
        var random = new Random(7);
        for (var slot = 1; slot < 16; slot++)
            _calls.Host.Tasks[slot] = new WdTask { Generation = 1, Weight = (uint)random.Next(1, 10_001), Vtime = (ulong)random.NextInt64() };
        for (var row = 0; row < HostObject.Rows; row++)
        {
            var (now, slot) = ((ulong)row + 1, random.Next(1, 16));
            var how = (ulong)(uint)random.Next(4) | (ulong)(uint)random.Next(WdConstants.PaceOne + 1) << 8;
            if (row % 3 == 0)
                _calls.Set(row, CallsFunction.Charge, slot, (ulong)random.NextInt64((long)Millisecond), (ulong)random.Next(1, 10_000_000), now);
            else
                _calls.Set(row, CallsFunction.Key, slot, (ulong)random.NextInt64(), now, how);
        }
        _calls.Run(HostObject.Rows);
        var keys = _calls.Host.Column("calls_result").ToArray();
        Assert.That(keys.Zip(keys.Skip(1)).All(pair => pair.Second == pair.First + 1), Is.True, "a key that is not the time of arrival");
        Assert.That(keys[0], Is.Positive);
        for (var slot = 1; slot < 16; slot++)
            Assert.That(_calls.Host.Tasks[slot].Rested, Is.Zero, "rested: it could preempt");
    }

    [Test]
    public void Change_of_domain_changes_nothing()
    {
        var record = new WdTask { Generation = 1, Weight = 100, Vtime = 7, Deadline = 9 };
        _calls.Host.Tasks[1] = record;
        _calls.Call(CallsFunction.Moved, 1, Millisecond);
        Assert.That(RecordText.Of(_calls.Host.Tasks[1]), Is.EqualTo(RecordText.Of(record)));
    }

    [Test]
    public void Nobody_preempts() => Assert.That(_calls.Call(CallsFunction.PreemptMargin), Is.EqualTo(WdConstants.KeyNone));

    [TestCase(1u, 20_000u, 4_000u)]
    [TestCase(6_000u, 20_000u, 6_000u)]
    [TestCase(1u, 3_000u, 3_000u)]
    [TestCase(6_000u, 3_000u, 3_000u)]
    public void Slice_is_the_same_for_all_within_the_bounds(uint minUs, uint maxUs, uint expectedUs)
    {
        ref var tunables = ref _calls.Host.Arena.Ref<WdTunables>(_calls.Host.Layout.Tunables);
        (tunables.SliceMin, tunables.SliceMax) = (minUs * (ulong)WdConstants.Usec, maxUs * (ulong)WdConstants.Usec);
        foreach (var queued in new[] { 0ul, 1ul, 5000ul })
            Assert.That(_calls.Call(CallsFunction.Slice, 1, queued, 4), Is.EqualTo(expectedUs * (ulong)WdConstants.Usec), $"{queued} wait");
    }
}
