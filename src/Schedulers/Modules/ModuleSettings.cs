// SPDX-License-Identifier: GPL-2.0-only
using System.Globalization;
using Wd40.ArenaRuntime;

namespace Wd40.Schedulers;

/// <summary>Values of <see cref="ModuleSetting"/>s: read from words, and filled up with defaults.</summary>
public static class ModuleSettings
{
    /// <summary>Reads words of the form MODULE.NAME=VALUE.</summary>
    /// <param name="scheduler">Whose modules they are for.</param>
    /// <param name="words">The words.</param>
    /// <returns>The values by MODULE.NAME; the last word counts.</returns>
    /// <exception cref="SchedulerException">A word is malformed, names no setting of the scheduler, or its value is out of range.</exception>
    public static IReadOnlyDictionary<string, ulong> Parse(SchedulerDefinition scheduler, IEnumerable<string> words)
    {
        ArgumentNullException.ThrowIfNull(scheduler);
        ArgumentNullException.ThrowIfNull(words);
        var known = new Dictionary<string, ModuleSetting>(StringComparer.Ordinal);
        foreach (var module in scheduler.Modules)
        {
            foreach (var setting in module.Settings)
                known.TryAdd(Key(module.Name, setting), setting);
        }
        var values = new Dictionary<string, ulong>(StringComparer.Ordinal);
        foreach (var word in words)
        {
            var equals = word.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
                throw Refused($"setting '{word}' is not of the form MODULE.NAME=VALUE", "Write it so, such as mymodule.slice-us=2000.");
            var (key, text) = (word[..equals], word[(equals + 1)..]);
            if (!known.TryGetValue(key, out var setting))
            {
                throw Refused($"no module of {scheduler.Name} has a setting '{key}'", known.Count == 0
                    ? "Its modules have none; leave it out."
                    : $"Settings are {string.Join(", ", known.Keys.Order(StringComparer.Ordinal))}.");
            }
            if (!ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) || value < setting.Smallest || value > setting.Largest)
                throw Refused($"setting {key}: '{text}' is not valid", $"Valid is a number from {setting.Smallest} to {setting.Largest}.");
            values[key] = value;
        }
        return values.AsReadOnly();
    }

    /// <summary>A value for each setting of a module, by its name alone.</summary>
    internal static IReadOnlyDictionary<string, ulong> Of(string module, IReadOnlyList<ModuleSetting> settings, IReadOnlyDictionary<string, ulong> given) =>
        settings.ToDictionary(setting => setting.Name,
            setting => given.TryGetValue(Key(module, setting), out var value) ? value : setting.Default, StringComparer.Ordinal);

    private static string Key(string module, ModuleSetting setting) => $"{module}.{setting.Name}";

    private static SchedulerException Refused(string message, string remedy) => new(ExitCode.Usage, message, remedy);
}
