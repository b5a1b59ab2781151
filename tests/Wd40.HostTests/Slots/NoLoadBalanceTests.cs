// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime.Layout;

namespace Wd40.HostTests.Slots;

/// <summary>loadbalance/none: no accounts, no requests.</summary>
[TestFixture]
public sealed class NoLoadBalanceTests
{
    [Test]
    public void No_request_is_followed_and_no_record_written()
    {
        using var calls = SlotCalls.Load(["loadbalance/none"]);
        var record = new WdTask { Generation = 5, Weight = 100, Vtime = 7, Domain = 2 };
        calls.Host.Tasks[3] = record;
        for (var domain = 0u; domain < WdConstants.MaxDomains; domain++)
        {
            // A word that loadbalance/rusty follows.
            var word = 7ul << 32 | 9ul << 16 | domain;
            Assert.That(calls.Call(CallsFunction.Request, 3, word, ulong.MaxValue), Is.EqualTo((ulong)WdConstants.NoDomain));
        }
        calls.Call(CallsFunction.Account, 3, 1, 10ul * WdConstants.Sec);
        calls.Call(CallsFunction.Account, 3, 0, 30ul * WdConstants.Sec);
        Assert.That(RecordText.Of(calls.Host.Tasks[3]), Is.EqualTo(RecordText.Of(record)));
    }
}
