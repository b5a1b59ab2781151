// SPDX-License-Identifier: GPL-2.0-only
using System.Text.Json;
using Wd40.Schedulers.Statistics;
using Wd40.VmTests.Harness;
using Wd40.VmTests.Reports;

namespace Wd40.VmTests;

/// <summary>Statistics as several clients see them.</summary>
internal sealed partial class FunctionTests
{
    private const string Differences = """{"req":"stats","args":{"target":"top"}}""";

    /// <summary>Fields of the original's statistics, which every client of it reads.</summary>
    private static readonly string[] _established =
    [
        "at_us", "lb_at_us", "total", "slice_us", "cpu_busy", "load", "nr_migrations", "task_get_err", "time_used", "kick_greedy", "repatriate",
        "dl_clamp", "dl_preset", "direct_greedy_cpus", "kick_greedy_cpus", "nodes",
    ];

    /// <summary>
    /// Clients that poll at once, idle and loaded, get numbers only, shares that sum to 100, and each the differences to its own last request.
    /// </summary>
    [Test, Order(3), Property("Check", "A-34"), Category(RunLength.OneKernel)]
    public async Task Statistics_polled_by_clients_at_once()
    {
        await SharedSchedulerAsync("");
        var readings = RunLength.Of(12, 120);
        var period = RunLength.Of(300, 1000);
        var totals = await StatsRecording.StartAsync(Guest, 50);
        var clients = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ =>
            Guest.StartAsync($"exec {GuestPrograms.Probe} stats {period} {readings} '{Differences}'")));
        // Idle for the first half.
        await Guest.CallAsync($"sleep {readings * period / 2000}");
        await LoadAsync<HogsReport>(FormattableString.Invariant($"hogs --groups 10 --warmup 0 --seconds {readings * period / 2000.0}"));
        var answers = await Task.WhenAll(clients.Select(async client => Parse((await client.EndAsync()).EnsureSuccess().Output)));
        var whole = (await totals.StopAsync()).Select(line => (At: line.Stats.AtUs, line.Stats.Total)).ToArray();
        TestContext.Out.WriteLine($"{whole.Length} totals, {whole[0].Total} to {whole[^1].Total}; differences of a client: "
            + string.Join(" ", answers[0].Select(answer => answer.GetProperty("total").GetInt64())));
        using (Assert.EnterMultipleScope())
        {
            foreach (var own in answers)
            {
                Assert.That(own, Has.Length.EqualTo(readings));
                foreach (var answer in own)
                {
                    Assert.That(NotNumbers(answer), Is.Empty, "values that are no numbers");
                    var names = answer.EnumerateObject().Select(member => member.Name);
                    Assert.That(_established.Concat(StatsSchema.Dispatches).Except(names), Is.Empty, "missing fields");
                    if (answer.GetProperty("total").GetInt64() > 0)
                        Assert.That(StatsSchema.Dispatches.Sum(name => answer.GetProperty(name).GetDouble()), Is.EqualTo(100).Within(0.1));
                }

                // What happened between two of its readings, by its own sum and by the totals read before and after them.
                var seen = own.Select(answer =>
                    (At: answer.GetProperty("at_us").GetInt64(), Total: answer.GetProperty("total").GetInt64())).ToArray();
                int first = Array.FindIndex(seen, reading => whole.Any(total => total.At <= reading.At));
                int last = Array.FindLastIndex(seen, reading => whole.Any(total => total.At >= reading.At));
                Assert.That(last - first, Is.GreaterThan(readings / 2), "readings between the first and the last of the totals");
                var sum = seen[(first + 1)..(last + 1)].Sum(reading => reading.Total);
                var most = whole.First(total => total.At >= seen[last].At).Total - whole.Last(total => total.At <= seen[first].At).Total;
                var least = whole.Last(total => total.At <= seen[last].At).Total - whole.First(total => total.At >= seen[first].At).Total;
                Assert.That(sum, Is.InRange(least, most), "sum of a client's differences against totals that another one read");
            }
        }
    }

    private static JsonElement[] Parse(string lines) =>
    [
        .. lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line =>
        {
            using var document = JsonDocument.Parse(line);
            return document.RootElement.GetProperty("answer").GetProperty("args").GetProperty("resp").Clone();
        }),
    ];

    /// <summary>Paths of all leaves that are something else than a number.</summary>
    private static IEnumerable<string> NotNumbers(JsonElement element, string path = "") => element.ValueKind switch
    {
        JsonValueKind.Number => [],
        JsonValueKind.Object => element.EnumerateObject().SelectMany(member => NotNumbers(member.Value, $"{path}/{member.Name}")),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(member => NotNumbers(member, path)),
        _ => [$"{path}: {element.GetRawText()}"],
    };
}
