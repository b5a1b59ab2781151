// SPDX-License-Identifier: GPL-2.0-only
using System.Globalization;
using Wd40.Schedulers;

namespace Wd40.Tool.CommandLine;

/// <summary>The environment variables that the schedulers of the field honour.</summary>
/// <param name="TimeoutMs">SCX_TIMEOUT_MS: watchdog of the kernel in ms.</param>
/// <param name="SysfsPrefix">SCX_SYSFS_PREFIX: put before all sysfs paths.</param>
public sealed record SchedulerEnvironment(uint TimeoutMs, string SysfsPrefix)
{
    /// <summary>Longest watchdog that the kernel accepts, ms.</summary>
    public const uint LargestTimeoutMs = 30_000;

    /// <summary>Reads the variables; <paramref name="error"/> says what is wrong with one of them, or is null.</summary>
    /// <param name="variable">Value of a variable by name, or null.</param>
    /// <param name="error">A message that names variable, value and valid range; null when all is well.</param>
    public static SchedulerEnvironment Read(Func<string, string?> variable, out string? error)
    {
        ArgumentNullException.ThrowIfNull(variable);
        error = null;
        var timeout = Wd40Options.DefaultTimeoutMs;
        if (variable("SCX_TIMEOUT_MS") is { Length: > 0 } text
            && (!uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out timeout) || timeout is 0 or > LargestTimeoutMs))
        {
            error = $"SCX_TIMEOUT_MS: '{text}' is not valid; valid: 1 to {LargestTimeoutMs} (the kernel's limit)";
        }
        return new SchedulerEnvironment(timeout, variable("SCX_SYSFS_PREFIX") ?? "");
    }
}
