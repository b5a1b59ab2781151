// SPDX-License-Identifier: GPL-2.0-only
using System.Text.Json;
using Spectre.Console;
using Wd40.Vm.Compare;

namespace Wd40.UnitTests.Compare;

public sealed class CompareReportTests
{
    private static CompareReport Report()
    {
        var summary = Planted.Ratios(0, 0.5, 0.6, 0.7);
        var thrown = new FigureSummary("requests", Planted.Rate, "wd40", [new FigureRound(double.NaN, double.NaN, double.NaN, 0.25, 0.125, "planted")]);
        return new CompareReport("planted machine", [summary, thrown], [summary], [Verdict.Of(Bar.Parse("timer.p99=0.9"), summary), Verdict.Of(Bar.Parse("requests.rate=1"), thrown)]);
    }

    [Test]
    public void Json_holds_every_round_with_its_idle_share_and_null_for_what_is_no_number()
    {
        using var stream = new MemoryStream();
        Report().WriteJson(stream);
        using var document = JsonDocument.Parse(stream.ToArray());
        var root = document.RootElement;
        var round = root.GetProperty("figures")[1].GetProperty("rounds")[0];
        Assert.Multiple(() =>
        {
            Assert.That(root.GetProperty("outcome").GetString(), Is.EqualTo("inconclusive"));
            Assert.That(root.GetProperty("figures")[0].GetProperty("ratio").GetProperty("median").GetDouble(), Is.EqualTo(0.6).Within(1e-12));
            Assert.That(round.GetProperty("value").ValueKind, Is.EqualTo(JsonValueKind.Null));
            Assert.That(round.GetProperty("idle_share").GetDouble(), Is.EqualTo(0.125));
            Assert.That(round.GetProperty("void").GetString(), Is.EqualTo("planted"));
        });
    }

    [Test]
    public void The_table_shows_idle_shares_void_reasons_and_verdicts()
    {
        using var text = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Out = new AnsiConsoleOutput(text) });
        console.Profile.Width = 200;
        Report().Print(console);
        Assert.That(text.ToString(), Does.Contain("0.2500 / 0.1250").And.Contain("0/1").And.Contain("planted").And.Contain("MET: timer.p99 <= 0.9 of the default")
            .And.Contain("together: INCONCLUSIVE"));
    }
}
