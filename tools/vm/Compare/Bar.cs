// SPDX-License-Identifier: GPL-2.0-only
using System.Globalization;

namespace Wd40.Vm.Compare;

/// <summary>A limit that a figure must meet: at most, or at least, as the figure's direction says.</summary>
/// <param name="Scenario">Name of the scenario.</param>
/// <param name="Figure">The figure.</param>
/// <param name="Limit">The limit: a ratio to the default scheduler, or a value of the figure.</param>
/// <param name="IsRatio">Which of the two.</param>
public sealed record Bar(string Scenario, FigureDefinition Figure, double Limit, bool IsRatio)
{
    private const string Absolute = "abs";

    /// <summary>
    /// Reads <c>SCENARIO.FIGURE=LIMIT</c>. The limit is a ratio for figures that are judged against the default scheduler;
    /// with <c>abs</c> behind the number it is the value itself.
    /// </summary>
    /// <exception cref="FormatException">It has another form, or names no figure.</exception>
    public static Bar Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        int dot = text.IndexOf('.', StringComparison.Ordinal);
        if (dot < 1 || equals < dot)
        {
            throw new FormatException($"'{text}' is no bar: write SCENARIO.FIGURE=LIMIT, for example timer.p99=0.75 or idle.idle_share=0.005");
        }

        ScenarioDefinition scenario = ScenarioCatalog.Select([text[..dot]])[0];
        string name = text[(dot + 1)..equals];
        FigureDefinition figure = scenario.Figures.FirstOrDefault(candidate => candidate.Name == name)
            ?? throw new FormatException($"{scenario.Name} has no figure '{name}'; it has {string.Join(", ", scenario.Figures.Select(f => f.Name))}");
        string number = text[(equals + 1)..];
        bool ratio = figure.IsRatio;
        if (number.EndsWith(Absolute, StringComparison.Ordinal))
        {
            number = number[..^Absolute.Length];
            ratio = false;
        }

        return double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out double limit) && double.IsFinite(limit) && limit >= 0
            ? new Bar(scenario.Name, figure, limit, ratio)
            : throw new FormatException($"'{text}': '{number}' is no limit");
    }

    /// <summary>True when a value is on the right side of the limit, or on it.</summary>
    public bool IsMetBy(double value) => Figure.Better == Direction.Lower ? value <= Limit : value >= Limit;

    /// <summary>For example <c>timer.p99 &lt;= 0.75 of the default</c>.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Scenario}.{Figure.Name} {(Figure.Better == Direction.Lower ? "<=" : ">=")} {Limit}{(IsRatio ? " of the default" : "")}");
}
