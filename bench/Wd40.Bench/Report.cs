// SPDX-License-Identifier: GPL-2.0-only
using System.CommandLine;
using System.CommandLine.Invocation;
using System.Globalization;
using System.Text.Json;

namespace Wd40.Bench;

/// <summary>What was measured and judged.</summary>
internal sealed class Report
{
    private readonly List<Timing> _timings = [];
    private readonly List<Figure> _figures = [];

    /// <summary>Missed before inconclusive before met.</summary>
    internal Verdict Verdict => _figures.Any(figure => figure.Verdict == Verdict.Missed) ? Verdict.Missed
        : _figures.Any(figure => figure.Verdict == Verdict.Inconclusive) ? Verdict.Inconclusive
        : Verdict.Met;

    /// <summary>A command's action: measure, print, and return the verdict as exit status.</summary>
    internal static CommandLineAction Action(Action<Report, int> measure, Option<bool> json, Option<int> rounds) =>
        new MeasureAction(measure, json, rounds);

    internal void Add(IEnumerable<Timing> timings) => _timings.AddRange(timings);

    internal void Add(Figure figure) => _figures.Add(figure);

    internal void WriteTable(TextWriter output)
    {
        if (_timings.Count > 0)
        {
            output.WriteLine($"{"ns per record or task",-44} {"size",9} {"min",10} {"median",10} {"max",10}");
            foreach (var timing in _timings)
                output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{timing.Name,-44} {timing.Size,9} {timing.Minimum,10:F3} {timing.Median,10:F3} {timing.Maximum,10:F3}"));
            output.WriteLine();
        }
        output.WriteLine($"{"ratio, or ms",-44} {"size",9} {"min",10} {"median",10} {"max",10} {"target",9} {"control",8} verdict");
        foreach (var figure in _figures)
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{figure.Name,-44} {figure.Size,9} {figure.Minimum,10:F3} {figure.Median,10:F3} {figure.Maximum,10:F3} "
                + $"{Target(figure),9} {Control(figure),8} {Name(figure.Verdict)}"));
    }

    internal void WriteJson(TextWriter output) =>
        output.WriteLine(JsonSerializer.Serialize(new ReportDocument(Verdict, _figures, _timings), BenchJson.Default.ReportDocument));

    private static string Target(Figure figure) => figure.Target is { } target
        ? string.Create(CultureInfo.InvariantCulture, $"{(figure.AtLeast ? ">=" : "<=")} {target}")
        : "-";

    private static string Control(Figure figure) => figure.Control is { } control
        ? string.Create(CultureInfo.InvariantCulture, $"{100 * control:F1}%")
        : "-";

    private static string Name(Verdict? verdict) => verdict switch
    {
        null => "shown",
        Verdict.Met => "met",
        Verdict.Missed => "missed",
        _ => "inconclusive",
    };

    private sealed class MeasureAction(Action<Report, int> measure, Option<bool> json, Option<int> rounds) : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            var report = new Report();
            try
            {
                measure(report, parseResult.GetValue(rounds));
            }
            catch (InvalidOperationException error)
            {
                parseResult.InvocationConfiguration.Error.WriteLine($"error: {error.Message}");
                return (int)Verdict.Inconclusive;
            }
            if (parseResult.GetValue(json))
                report.WriteJson(parseResult.InvocationConfiguration.Output);
            else
                report.WriteTable(parseResult.InvocationConfiguration.Output);
            return (int)report.Verdict;
        }
    }
}
