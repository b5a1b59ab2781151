// SPDX-License-Identifier: GPL-2.0-only
using System.Text.Json;
using Wd40.ArenaRuntime;
using Wd40.ArenaRuntime.Layout;
using Wd40.Schedulers;
using Wd40.Schedulers.Statistics;
using Wd40.Schedulers.UserSpace;
using Wd40.Tool.Statistics;

namespace Wd40.UnitTests.Statistics;

/// <summary>The line of <c>--stats</c> and <c>--monitor</c> for the user-space core.</summary>
internal sealed class PolicyStatsTextTests
{
    /// <summary>Up to the last bar the line is that of scx_rustland: names, order and widths.</summary>
    [Test]
    public void The_line_is_the_established_one_with_its_own_figures_behind()
    {
        var layout = new ArenaLayout(8, 1, 1, 256, withRings: true);
        using var arena = Arena.Anonymous(layout.Size);
        using var process = new ProcessFigures();
        var source = new RingStatsSource(arena, layout, 8, process);
        source.ResetPageFaults();
        ref var counters = ref arena.Span<WdUserStats>(layout.Rings.UserStats, 8)[0];
        (counters.Queued, counters.Applied, counters.Kernel, counters.Stale, counters.Rescued, counters.Running) = (1549, 1543, 8812, 3, 2, 1);
        ref var exchange = ref arena.Ref<WdExchange>(layout.Rings.Exchange);
        (exchange.Pending, exchange.Epoch) = (3, 2);
        var reading = new StatsReading(source.Shape);
        source.Read(reading);
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text))
            source.Schema.Write(json, reading, 0);
        using var document = JsonDocument.Parse(text.ToArray());
        var value = document.RootElement;
        Assert.That(PolicyStatsText.Fits(value), Is.True);
        var line = System.Text.RegularExpressions.Regex.Replace(PolicyStatsText.Render(value), @"pf: \d+ +\|", "pf: 0     |");
        Assert.That(line, Is.EqualTo("[RustLand] tasks -> r:  1/8  w: 0 /3  | pf: 0     | dispatch -> u: 1543  k: 8812  c: 3     b: 0     f: 0     | cg: 0     "
            + "| waiting: 4   rescued: 2    takeovers: 1\n"));
    }

    [Test]
    public void While_the_kernel_half_has_taken_over_the_line_says_so()
    {
        var fields = PolicyStatsSchema.Create(WdUserStats.Counters).Fields.Select(field => $"\"{field.Name}\":1");
        using var all = JsonDocument.Parse($"{{{string.Join(",", fields)}}}");
        Assert.That(PolicyStatsText.Render(all.RootElement), Does.Contain("| taken over: 1 "));
    }

    [Test]
    public void Statistics_of_another_core_are_not_taken_for_its_own()
    {
        using var fixture = StatsFixture.Started();
        using var client = fixture.Connect();
        Assert.That(PolicyStatsText.Fits(client.Value("""{"req":"stats"}""")), Is.False);
    }
}
