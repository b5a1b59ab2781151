// SPDX-License-Identifier: GPL-2.0-only
using System.Text.Json;

namespace Wd40.Vm.Compare;

/// <summary>What one run of a scenario under one scheduler gave.</summary>
/// <param name="Figures">Value of each figure by its name; empty when the run counts for nothing.</param>
/// <param name="IdleShare">Part of the CPUs' time that was idle, or null where the scenario does not say.</param>
/// <param name="Void">Why the run counts for nothing, or null.</param>
public sealed record Measurement(IReadOnlyDictionary<string, double> Figures, double? IdleShare, string? Void)
{
    /// <summary>Reads the report of the workload program.</summary>
    /// <exception cref="FormatException">It is no such report, or a figure is missing.</exception>
    public static Measurement Read(ScenarioDefinition scenario, string report)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        JsonElement root;
        try
        {
            using JsonDocument document = JsonDocument.Parse(report);
            root = document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            throw new FormatException($"{scenario.Name}: the workload program's output is no JSON: {e.Message}", e);
        }

        double? idle = root.TryGetProperty("idle_share", out JsonElement share) ? share.GetDouble() : null;
        if (!root.TryGetProperty("valid", out JsonElement valid))
        {
            throw new FormatException($"{scenario.Name}: the report has no member 'valid'");
        }

        if (!valid.GetBoolean())
        {
            string reason = root.TryGetProperty("error", out JsonElement error) ? error.GetString() ?? "" : "the run is void by its definition";
            return new Measurement(new Dictionary<string, double>(), idle, reason);
        }

        return new Measurement(scenario.Figures.ToDictionary(figure => figure.Name, figure => Value(scenario, figure, root)), idle, null);
    }

    private static double Value(ScenarioDefinition scenario, FigureDefinition figure, JsonElement element)
    {
        foreach (string member in figure.Path.Split('.'))
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(member, out element))
            {
                throw new FormatException($"{scenario.Name}: the report has no '{figure.Path}'");
            }
        }

        return element.ValueKind switch
        {
            JsonValueKind.Number => element.GetDouble(),
            JsonValueKind.Null when figure.NullMeans is { } bound => bound,
            _ => throw new FormatException($"{scenario.Name}: '{figure.Path}' is {element.ValueKind}, not a number"),
        };
    }
}
