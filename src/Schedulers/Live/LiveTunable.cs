// SPDX-License-Identifier: GPL-2.0-only
using System.Globalization;
using System.Text.Json;

namespace Wd40.Schedulers.Live;

/// <summary>A setting that may be changed while a scheduler runs. Values are those of the command line; a switch is 0 or 1.</summary>
/// <param name="Name">The long option without its dashes; a switch without "no-".</param>
/// <param name="IsSwitch">True for one that is on or off.</param>
/// <param name="Range">Valid values in words.</param>
/// <param name="Valid">True for a valid value.</param>
/// <param name="Get">Its value; null when the scheduler has no use for it.</param>
/// <param name="Set">The settings with another value.</param>
public sealed record LiveTunable(
    string Name, bool IsSwitch, string Range, Func<double, bool> Valid, Func<LiveSettings, double?> Get, Func<LiveSettings, double, LiveSettings> Set)
{
    /// <summary>Reads a value; null when it is not a valid one.</summary>
    public double? Parse(JsonElement value)
    {
        if (IsSwitch)
            return value.ValueKind switch { JsonValueKind.True => 1, JsonValueKind.False => 0, _ => null };
        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number) && Valid(number) ? number : null;
    }

    /// <summary>A value as the command line would say it.</summary>
    public string Text(double value) => IsSwitch ? value != 0 ? "true" : "false" : value.ToString(CultureInfo.InvariantCulture);
}
