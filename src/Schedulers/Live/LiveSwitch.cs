// SPDX-License-Identifier: GPL-2.0-only
using System.Text.Json;

namespace Wd40.Schedulers.Live;

/// <summary>
/// The settings that are in force. The thread that serves requests writes them, the loop's thread reads them at the begin of each step; the
/// kernel half goes on all the while, so nothing is detached and no task notices.
/// </summary>
public sealed class LiveSwitch
{
    private readonly Action<string> _report;
    private LiveSettings _current;

    /// <summary>Creates the switch.</summary>
    /// <param name="initial">What is in force at first.</param>
    /// <param name="report">Told of each change, in a line, on the thread that makes it.</param>
    public LiveSwitch(LiveSettings initial, Action<string> report)
    {
        _current = initial;
        _report = report;
    }

    /// <summary>What is in force. Allocates nothing.</summary>
    public LiveSettings Current => Volatile.Read(ref _current);

    /// <summary>Changes settings, all of them or, when one is refused, none.</summary>
    /// <param name="changes">An object with a member for each setting to change, see <see cref="LiveTunables"/>.</param>
    /// <returns>Null when they are in force, else what was wrong: the setting, the value and what is valid.</returns>
    public string? Apply(JsonElement changes)
    {
        var settings = Current;
        var told = new List<string>();
        foreach (var change in changes.EnumerateObject())
        {
            if (LiveTunables.Find(change.Name) is not { } tunable)
                return $"there is no setting '{change.Name}'; the settings are {string.Join(", ", LiveTunables.All.Select(known => known.Name))}";
            if (tunable.Get(settings) is not { } before)
                return $"{change.Name}: this scheduler has no load balancer";
            if (tunable.Parse(change.Value) is not { } value)
                return $"{change.Name}: '{change.Value}' is not valid; valid: {tunable.Range}";
            settings = tunable.Set(settings, value);
            told.Add($"{tunable.Name} {tunable.Text(before)} -> {tunable.Text(value)}");
        }
        if (settings.Tuner.SliceMin > settings.Tuner.SliceMax)
            return "slice-us-overutil would be above slice-us-underutil; give both";
        Volatile.Write(ref _current, settings);
        if (told.Count > 0)
            _report($"changed while running: {string.Join(", ", told)}");
        return null;
    }

    /// <summary>Writes the settings in force as an object.</summary>
    public void Write(Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(json);
        var settings = Current;
        json.WriteStartObject();
        foreach (var tunable in LiveTunables.All)
        {
            if (tunable.Get(settings) is not { } value)
                continue;
            if (tunable.IsSwitch)
                json.WriteBoolean(tunable.Name, value != 0);
            else
                json.WriteNumber(tunable.Name, value);
        }
        json.WriteEndObject();
    }
}
