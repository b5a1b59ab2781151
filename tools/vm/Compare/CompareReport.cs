// SPDX-License-Identifier: GPL-2.0-only
using System.Globalization;
using System.Text.Json;
using Spectre.Console;

namespace Wd40.Vm.Compare;

/// <summary>What a comparison found, as a table or as one JSON object.</summary>
/// <param name="Machine">Kernel and processors.</param>
/// <param name="Summaries">Figures of every candidate from instruction-count mode, the judged ones.</param>
/// <param name="Parallel">The same figures from one round with real concurrency, shown and not judged; empty when not run.</param>
/// <param name="Verdicts">The bars.</param>
public sealed record CompareReport(
    string Machine, IReadOnlyList<FigureSummary> Summaries, IReadOnlyList<FigureSummary> Parallel, IReadOnlyList<Verdict> Verdicts)
{
    /// <summary>Met, missed or inconclusive, all bars together; met without bars.</summary>
    public Outcome Outcome => Verdict.Together(Verdicts);

    /// <summary>Prints tables.</summary>
    public void Print(IAnsiConsole console)
    {
        ArgumentNullException.ThrowIfNull(console);
        console.WriteLine($"{Machine}; guest time counts instructions; medians of the rounds, [least, greatest]; idle: greatest share in a round");
        Table table = new Table().Border(TableBorder.Simple);
        foreach (string column in new[] { "figure", "scheduler", "default", "value", "ratio", "default noise", "idle", "rounds", "parallel" })
        {
            table.AddColumn(column);
        }

        foreach (FigureSummary summary in Summaries)
        {
            table.AddRow(
            [
                .. new[]
                {
                    summary.FullName, summary.Candidate, Number(summary.Default?.Median), Spread(summary.Value), Spread(summary.Ratio),
                    summary.CountedRounds == 0 ? "-" : Text($"{summary.Noise:P1}"), Idle(summary), Text($"{summary.CountedRounds}/{summary.Rounds.Count}"), Beside(summary),
                }.Select(Markup.Escape),
            ]);
        }

        console.Write(table);
        foreach (FigureSummary summary in Summaries.Where(summary => summary.VoidReasons.Count > 0))
        {
            console.WriteLine($"{summary.FullName}, {summary.Candidate}: rounds without a value: {string.Join("; ", summary.VoidReasons)}");
        }

        foreach (Verdict verdict in Verdicts)
        {
            console.WriteLine($"{verdict.Outcome.ToString().ToUpperInvariant()}: {verdict.Bar}: {verdict.Reason}");
        }

        console.WriteLine(Verdicts.Count == 0 ? "no bars given: nothing judged" : $"together: {Outcome.ToString().ToUpperInvariant()}");
    }

    /// <summary>Writes one JSON object.</summary>
    public void WriteJson(Stream stream)
    {
        using Utf8JsonWriter json = new(stream, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteString("machine", Machine);
        json.WriteString("outcome", Name(Outcome));
        WriteSummaries(json, "figures", Summaries);
        WriteSummaries(json, "parallel", Parallel);
        json.WriteStartArray("verdicts");
        foreach (Verdict verdict in Verdicts)
        {
            json.WriteStartObject();
            json.WriteString("bar", verdict.Bar.ToString());
            json.WriteString("outcome", Name(verdict.Outcome));
            json.WriteString("reason", verdict.Reason);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteSummaries(Utf8JsonWriter json, string name, IEnumerable<FigureSummary> summaries)
    {
        json.WriteStartArray(name);
        foreach (FigureSummary summary in summaries)
        {
            json.WriteStartObject();
            json.WriteString("figure", summary.FullName);
            json.WriteString("scheduler", summary.Candidate);
            WriteDistribution(json, "default", summary.Default);
            WriteDistribution(json, "value", summary.Value);
            WriteDistribution(json, "ratio", summary.Ratio);
            json.WriteNumber("default_noise", summary.Noise);
            json.WriteStartArray("rounds");
            foreach (FigureRound round in summary.Rounds)
            {
                json.WriteStartObject();
                WriteNumber(json, "default_first", round.First);
                WriteNumber(json, "value", round.Candidate);
                WriteNumber(json, "default_second", round.Second);
                WriteNumber(json, "ratio", round.Ratio);
                WriteNumber(json, "default_idle_share", round.DefaultIdle);
                WriteNumber(json, "idle_share", round.CandidateIdle);
                json.WriteString("void", round.Void);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteDistribution(Utf8JsonWriter json, string name, Distribution? distribution)
    {
        if (distribution is null)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartObject(name);
        json.WriteNumber("minimum", distribution.Minimum);
        json.WriteNumber("lower_quartile", distribution.LowerQuartile);
        json.WriteNumber("median", distribution.Median);
        json.WriteNumber("upper_quartile", distribution.UpperQuartile);
        json.WriteNumber("maximum", distribution.Maximum);
        json.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number && double.IsFinite(number))
        {
            json.WriteNumber(name, number);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private static string Name(Outcome outcome) => outcome switch
    {
        Outcome.Met => "met",
        Outcome.Missed => "missed",
        _ => "inconclusive",
    };

    private string Beside(FigureSummary summary) => Number(
        Parallel.FirstOrDefault(other => other.FullName == summary.FullName && other.Candidate == summary.Candidate)?.Ratio?.Median);

    private static string Idle(FigureSummary summary) =>
        summary.DefaultIdle is null && summary.CandidateIdle is null ? "-" : Text($"{summary.DefaultIdle:F4} / {summary.CandidateIdle:F4}");

    private static string Spread(Distribution? distribution) =>
        distribution is null ? "-" : $"{Number(distribution.Median)} [{Number(distribution.Minimum)}, {Number(distribution.Maximum)}]";

    private static string Number(double? value) => value is { } number ? Text($"{number:G4}") : "-";

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
