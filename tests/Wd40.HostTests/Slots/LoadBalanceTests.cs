// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime.Layout;

namespace Wd40.HostTests.Slots;

/// <summary>loadbalance/rusty and level: duty cycles of records, and which requests are followed.</summary>
[TestFixture("rusty")]
[TestFixture("level")]
public sealed class LoadBalanceTests(string module)
{
    private const ulong Second = WdConstants.Sec;

    private SlotCalls _calls = null!;

    [OneTimeSetUp]
    public void Load() => _calls = SlotCalls.Load([$"loadbalance/{module}"]);

    [OneTimeTearDown]
    public void Unload() => _calls.Dispose();

    [Test]
    public void Duty_of_an_always_runnable_task_grows_to_one()
    {
        _calls.Host.Tasks[1].Duty = default;
        _calls.Call(CallsFunction.Account, a: 1, b: 10 * Second);
        _calls.Call(CallsFunction.Account, a: 1, b: 30 * Second);
        Assert.That((double)_calls.Host.Tasks[1].Duty.Old, Is.EqualTo((double)WdConstants.RavgOne).Within(0.001).Percent);
    }

    [Test]
    public void Duty_of_a_half_busy_task_is_a_half()
    {
        _calls.Host.Tasks[2].Duty = default;
        for (var i = 0; i < 2000; i++)
            _calls.Set(i, CallsFunction.Account, 2, (ulong)(i % 2 == 0 ? 1 : 0), 10ul * Second + (ulong)i * 10 * WdConstants.Msec);
        _calls.Run(2000);
        Assert.That((double)_calls.Host.Tasks[2].Duty.Old, Is.EqualTo((double)WdConstants.RavgOne / 2).Within(0.2).Percent);
        Assert.That(_calls.Host.Tasks[2].Duty.ValAt, Is.EqualTo(10ul * Second + 1999ul * 10 * WdConstants.Msec));
    }

    [TestCase(3, 0b1000ul, 3)]
    [TestCase(0, ulong.MaxValue, 0)]
    [TestCase(63, ulong.MaxValue, 63)]
    [TestCase(2, 0b1000ul, WdConstants.NoDomain)]
    [TestCase(63, ulong.MaxValue >> 1, WdConstants.NoDomain)]
    [TestCase(64, ulong.MaxValue, WdConstants.NoDomain)]
    [TestCase(0xffff, ulong.MaxValue, WdConstants.NoDomain)]
    public void Request_is_followed_where_the_affinity_allows_it(int domain, ulong allowed, int expected) =>
        Assert.That(_calls.Call(CallsFunction.Request, a: 7ul << 32 | 9ul << 16 | (uint)domain, b: allowed), Is.EqualTo((ulong)expected));

    [Test]
    public void Request_never_leaves_the_allowed_domains()
    {
        var random = new Random(5);
        for (var row = 0; row < HostObject.Rows; row++)
            _calls.Set(row, CallsFunction.Request, 1, (ulong)random.NextInt64(long.MinValue, long.MaxValue) & 0xffffffffffff007f, (ulong)random.NextInt64(long.MinValue, long.MaxValue));
        _calls.Run(HostObject.Rows);
        var followed = 0;
        for (var row = 0; row < HostObject.Rows; row++)
        {
            var (domain, word, allowed) = (_calls.Host.Column("calls_result")[row], _calls.Host.Column("calls_a")[row], _calls.Host.Column("calls_b")[row]);
            if (domain == WdConstants.NoDomain)
                continue;
            Assert.That(domain == (word & 0xffff) && domain < 64 && (allowed >> (int)domain & 1) != 0, Is.True, $"word {word:x}, allowed {allowed:x}: {domain}");
            followed++;
        }
        Assert.That(followed, Is.InRange(HostObject.Rows / 8, HostObject.Rows / 2));
    }
}
