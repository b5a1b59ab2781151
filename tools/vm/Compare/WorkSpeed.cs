// SPDX-License-Identifier: GPL-2.0-only
using System.Globalization;
using System.Text.Json;

namespace Wd40.Vm.Compare;

/// <summary>Speed of the workload program's work loop, measured once in a boot so that every run does the same work; turns of the loop in 1 us.</summary>
/// <param name="Quiet">On an otherwise quiet machine.</param>
/// <param name="Full">While every CPU computes.</param>
public sealed record WorkSpeed(double Quiet, double Full)
{
    /// <summary>Reads what <c>wd40-load selftest</c> printed.</summary>
    /// <exception cref="FormatException">It is no such report.</exception>
    public static WorkSpeed Read(string report)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(report);
            return new WorkSpeed(document.RootElement.GetProperty("loops_per_us").GetDouble(), document.RootElement.GetProperty("full_loops_per_us").GetDouble());
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new FormatException($"selftest: no speed of the work loop in '{report}': {e.Message}", e);
        }
    }

    /// <summary>What to add to the command of a scenario, with a blank before it; nothing where it does no fixed amount of work.</summary>
    public string OptionFor(ScenarioDefinition scenario)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        double speed = scenario.IsForFullMachine ? Full : Quiet;
        return scenario.HasFixedWork ? string.Create(CultureInfo.InvariantCulture, $" --loops-per-us {speed}") : "";
    }
}
