// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime.Layout;

namespace Wd40.HostTests.Slots;

/// <summary>A core without modules: its weak defaults, which every slot function falls back to.</summary>
[TestFixture]
public sealed class DefaultSlotTests
{
    private SlotCalls _core = null!;

    [OneTimeSetUp]
    public void Load() => _core = SlotCalls.Load([]);

    [OneTimeTearDown]
    public void Unload() => _core.Dispose();

    [TestCase(0b1010ul, WdConstants.NoDomain, 1ul)]
    [TestCase(0b1010ul, 3, 3ul)]
    [TestCase(0b1010ul, 2, 1ul)]
    [TestCase(1ul << 63, 0, 63ul)]
    public void Home_stays_or_is_the_first_allowed(ulong allowed, int from, ulong home) =>
        Assert.That(_core.Call(CallsFunction.Home, a: allowed, b: (ulong)from), Is.EqualTo(home));

    [Test]
    public void Order_is_first_in_first_out()
    {
        var keys = new[] { 5ul, 7ul, 1000ul, ulong.MaxValue >> 20 }.Select(now => _core.Call(CallsFunction.Key, a: 1ul << 40, b: now)).ToArray();
        Assert.That(keys, Is.Ordered.Ascending.And.Unique);
    }

    [Test]
    public void Nothing_is_preempted_pulled_at_will_or_balanced()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(_core.Call(CallsFunction.PreemptMargin), Is.EqualTo(WdConstants.KeyNone));
            Assert.That(_core.Call(CallsFunction.Margin, a: 0, b: 1, c: 1), Is.Positive.And.LessThan((ulong)WdConstants.Sec));
            Assert.That(_core.Call(CallsFunction.Request, a: 1ul << 32 | 1, b: ulong.MaxValue), Is.EqualTo((ulong)WdConstants.NoDomain));
            Assert.That(_core.Call(CallsFunction.Slice, a: 10, b: 1), Is.EqualTo(4ul * WdConstants.Msec));
        }
    }

    [Test]
    public void Records_are_left_alone()
    {
        var record = new WdTask { Generation = 5, Weight = 100, Vtime = 7, Domain = 2 };
        _core.Host.Tasks[3] = record;
        foreach (var function in Enum.GetValues<CallsFunction>())
            _core.Call(function, 3, 1, 2, 1);
        Assert.That(RecordText.Of(_core.Host.Tasks[3]), Is.EqualTo(RecordText.Of(record)));
    }
}
