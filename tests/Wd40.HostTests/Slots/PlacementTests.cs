// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime;
using Wd40.ArenaRuntime.Layout;

namespace Wd40.HostTests.Slots;

/// <summary>The placement modules: homes, pull margins, and the search for idle CPUs on a kernel that knows none.</summary>
[TestFixture]
public sealed class PlacementTests
{
    private const ulong Near = 6 * WdConstants.Msec, Far = 24 * WdConstants.Msec, Never = WdConstants.KeyNone;
    private const string Module = "placement/llc";

    /// <summary>Those that share the code of placement by domains.</summary>
    private static readonly string[] _byDomains = [Module, "placement/masks", "placement/numa"];

    /// <summary>With --mempolicy-affinity, too: the calling task has no policy, or the kernel knows none.</summary>
    [Test]
    public void Home_stays_while_it_is_allowed([ValueSource(nameof(_byDomains))] string module, [Values] bool memoryPolicies)
    {
        using var calls = SlotCalls.Load([module], configure: open => open.SetVariable("wd_mempolicy_affinity", memoryPolicies ? (byte)1 : (byte)0));
        var random = new Random(3);
        for (var i = 0; i < 500; i++)
        {
            var allowed = (ulong)random.NextInt64(long.MinValue, long.MaxValue) | 1ul << i % 64;
            Assert.That(calls.Call(CallsFunction.Home, a: allowed, b: (ulong)(i % 64)), Is.EqualTo((ulong)(i % 64)));
        }
    }

    [TestCase(0b1111ul)]
    [TestCase(0b1000_0001ul)]
    [TestCase(1ul << 63 | 1ul << 31 | 1ul)]
    [TestCase(ulong.MaxValue)]
    [TestCase(1ul << 17)]
    public void New_tasks_are_dealt_round_robin(ulong allowed)
    {
        using var calls = SlotCalls.Load([Module]);
        var domains = Enumerable.Range(0, 64).Where(domain => (allowed >> domain & 1) != 0).Select(domain => (ulong)domain).ToArray();
        // One run stays on one CPU at a time but may move between rows; whole rounds from one CPU are what is promised.
        var rows = domains.Length * 100;
        for (var row = 0; row < rows; row++)
            calls.Set(row, CallsFunction.Home, 1, allowed, (ulong)WdConstants.NoDomain);
        calls.Run(rows);
        var homes = calls.Host.Column("calls_result")[..rows].ToArray();

        Assert.That(homes, Is.All.Matches<ulong>(home => home < 64 && (allowed >> (int)home & 1) != 0), "a home that is not allowed");
        var counts = domains.Select(domain => homes.Count(home => home == domain)).ToArray();
        // Each move to another CPU shifts the round once.
        Assert.That(counts.Max() - counts.Min(), Is.LessThanOrEqualTo(4), string.Join(' ', counts));
        var steps = homes.Zip(homes.Skip(1)).Count(pair => pair.Second != domains[(Array.IndexOf(domains, pair.First) + 1) % domains.Length]);
        Assert.That(steps, Is.LessThanOrEqualTo(8), "homes out of turn");
    }

    [Test]
    public void Home_out_of_reach_is_replaced_by_an_allowed_one()
    {
        using var calls = SlotCalls.Load([Module]);
        for (var from = 0; from < 64; from++)
        {
            var allowed = ~(1ul << from) & (0xful << (from / 8) | 1ul << 40);
            var home = (int)calls.Call(CallsFunction.Home, a: allowed, b: (ulong)from);
            Assert.That(home is >= 0 and < 64 && (allowed >> home & 1) != 0, Is.True, $"home {home} for {allowed:x}");
        }
    }

    // Domains 0 and 1 are on node 0, domains 2 and 3 on node 1.
    [TestCase(1u, -1, 1u, Near, Far)]
    [TestCase(1u, -1, 50u, Near, Far)]
    [TestCase(0u, -1, 50u, Never, Never)]
    [TestCase(0u, 3, 50u, Never, Never)]
    [TestCase(4u, -1, 3u, Never, Far)]
    [TestCase(4u, -1, 4u, Near, Far)]
    [TestCase(1u, 0, 50u, Near, Never)]
    [TestCase(1u, 3, 2u, Near, Never)]
    [TestCase(1u, 3, 3u, Near, Far)]
    [TestCase(uint.MaxValue, int.MaxValue, 1000u, Never, Never)]
    public void Margin_follows_the_thresholds(uint threshold, int acrossNodes, uint queued, ulong near, ulong far)
    {
        using var calls = SlotCalls.Load([Module], configure: open =>
        {
            open.SetVariable("wd_greedy_threshold", threshold);
            open.SetVariable("wd_greedy_threshold_x_numa", acrossNodes);
        });
        for (var pair = 0; pair < 16; pair++)
        {
            var (from, to) = ((ulong)(pair / 4), (ulong)(pair % 4));
            Assert.That(calls.Call(CallsFunction.Margin, a: from, b: to, c: queued), Is.EqualTo(from / 2 == to / 2 ? near : far), $"from {from} to {to}");
        }
    }

    /// <summary>There is no other domain to stay away from, to pull from, or to keep a threshold for.</summary>
    [Test]
    public void Flat_has_one_home_and_no_pull()
    {
        using var calls = SlotCalls.Load(["placement/flat"]);
        foreach (var from in new[] { 0ul, 3ul, (ulong)WdConstants.NoDomain })
            Assert.That(calls.Call(CallsFunction.Home, a: 1, b: from), Is.Zero);
        Assert.That(calls.Call(CallsFunction.Home, a: 0b1100, b: 0), Is.EqualTo(2), "a domain that is allowed, whatever the arena holds");
        foreach (var queued in new[] { 1ul, 1000ul })
            Assert.That(calls.Call(CallsFunction.Margin, a: 0, b: 1, c: queued), Is.EqualTo(Never));
    }

    [TestCase("placement/flat")]
    [TestCase("placement/masks")]
    [TestCase("placement/numa")]
    [TestCase(Module)]
    [TestCase("")]
    public void No_idle_CPU_is_found_where_the_kernel_knows_none(string module)
    {
        var objects = Shipped.Scheduler(module.Length == 0 ? [] : [module]).Append(Shipped.Object("tests/choose"));
        using var kernel = Btf.FromFile("/sys/kernel/btf/vmlinux");
        if (kernel.Find(BtfKind.Function, "scx_bpf_pick_idle_cpu") is not null)
        {
            // With sched_ext the kernel allows these functions to schedulers only, and says so at load: the VM tier runs them there.
            Assert.That(() => HostObject.Load(16, objects).Dispose(), Throws.InstanceOf<BpfException>().With.Message.Contains("not allowed"));
            return;
        }
        using var host = HostObject.Load(16, objects);
        host.Run("choose_run");
        Assert.That(host.Word("choose_select") >> 32, Is.EqualTo((ulong)WdSelect.Queue));
        Assert.That((long)host.Word("choose_kick"), Is.Negative);
    }
}
