// SPDX-License-Identifier: GPL-2.0-only
using System.Text;
using System.Text.Json;
using Wd40.LoadBalance;
using Wd40.Placement;
using Wd40.Schedulers.Live;
using Wd40.Tool.CommandLine;

namespace Wd40.UnitTests.Schedulers;

/// <summary>Settings that change while a scheduler runs.</summary>
internal sealed class LiveSwitchTests
{
    private readonly List<string> _told = [];

    [SetUp]
    public void Forget() => _told.Clear();

    [Test]
    public void Changes_are_in_force_together_and_told()
    {
        var live = Switch();
        var wrong = Apply(live, """{"slice-us-underutil":5000,"slice-us-overutil":500,"load-balance":false,"balance-threshold":10}""");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(wrong, Is.Null);
            Assert.That(live.Current.Tuner, Is.EqualTo(new TunerOptions { SliceMin = 500_000, SliceMax = 5_000_000 }));
            Assert.That(live.Current.Balancer!.Enabled, Is.False);
            Assert.That(live.Current.Balancer.Thresholds, Is.EqualTo(new BalanceThresholds { Domain = 0.1 }));
            Assert.That(_told, Has.Count.EqualTo(1));
            Assert.That(_told[0], Does.Contain("slice-us-underutil 20000 -> 5000").And.Contain("load-balance true -> false"));
        }
    }

    [TestCase("""{"slice-us-underutil":0}""", "slice-us-underutil", "'0'", "1 to 1000000000")]
    [TestCase("""{"slice-us-overutil":1.5}""", "slice-us-overutil", "'1.5'", "1 to 1000000000")]
    [TestCase("""{"slice-us-overutil":"7"}""", "slice-us-overutil", "'7'", "1 to 1000000000")]
    [TestCase("""{"balance-cutoff":0}""", "balance-cutoff", "'0'", "greater than 0, at most 100")]
    [TestCase("""{"balance-threshold-numa":1001}""", "balance-threshold-numa", "'1001'", "0 to 1000")]
    [TestCase("""{"kick-greedy-under":-1}""", "kick-greedy-under", "'-1'", "0 or more")]
    [TestCase("""{"load-balance":1}""", "load-balance", "'1'", "true or false")]
    [TestCase("""{"half-life":1}""", "half-life", "slice-us-underutil", "balanced-kworkers")]
    [TestCase("""{"slice-us-overutil":30000}""", "slice-us-overutil", "slice-us-underutil", "give both")]
    public void A_bad_value_is_named_and_nothing_changes(string changes, params string[] words)
    {
        var live = Switch();
        var before = live.Current;
        var wrong = Apply(live, changes.Replace("{", """{"direct-greedy-under":50,""", StringComparison.Ordinal));
        using (Assert.EnterMultipleScope())
        {
            foreach (var word in words)
                Assert.That(wrong, Does.Contain(word));
            Assert.That(live.Current, Is.SameAs(before), "the good value before it");
            Assert.That(_told, Is.Empty);
        }
    }

    [Test]
    public void Without_a_balancer_its_settings_are_neither_shown_nor_taken()
    {
        var live = new LiveSwitch(new LiveSettings(new TunerOptions(), null), _told.Add);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Apply(live, """{"load-balance":false}"""), Does.Contain("load-balance").And.Contain("no load balancer"));
            Assert.That(Written(live).EnumerateObject().Select(setting => setting.Name),
                Is.EqualTo(new[] { "slice-us-underutil", "slice-us-overutil", "direct-greedy-under", "kick-greedy-under" }));
        }
    }

    [Test]
    public void What_is_shown_can_be_given_back()
    {
        var live = Switch();
        Apply(live, """{"balance-cutoff":37.5,"balanced-kworkers":true}""");
        var other = Switch();
        Assert.That(Apply(other, Written(live).GetRawText()), Is.Null);
        Assert.That(other.Current, Is.EqualTo(live.Current));
    }

    [Test]
    public void Names_and_ranges_are_those_of_the_command_line()
    {
        var rows = new Wd40OptionTable().Rows.ToDictionary(row => row.Symbol.Name, StringComparer.Ordinal);
        foreach (var tunable in LiveTunables.All)
        {
            var row = rows.GetValueOrDefault($"--{tunable.Name}") ?? rows[$"--no-{tunable.Name}"];
            if (!tunable.IsSwitch)
                Assert.That(tunable.Range, Is.EqualTo(row.Range), tunable.Name);
        }
    }

    private LiveSwitch Switch() => new(new LiveSettings(new TunerOptions(), new BalancerOptions()), _told.Add);

    private static string? Apply(LiveSwitch live, string changes)
    {
        using var document = JsonDocument.Parse(changes);
        return live.Apply(document.RootElement);
    }

    private static JsonElement Written(LiveSwitch live)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
            live.Write(json);
        using var document = JsonDocument.Parse(Encoding.UTF8.GetString(stream.ToArray()));
        return document.RootElement.Clone();
    }
}
