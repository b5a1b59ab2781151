// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime;

namespace Wd40.Policies;

/// <summary>An option of a policy: a whole number within a range; a switch is 0 or 1.</summary>
/// <param name="Name">Long name without dashes, as on the command line.</param>
/// <param name="Unit">Unit of the value; empty for counts and switches.</param>
/// <param name="Default">Value unless another is given.</param>
/// <param name="Minimum">Smallest value.</param>
/// <param name="Maximum">Largest value.</param>
/// <param name="Description">What it does, one sentence.</param>
public sealed record PolicyOption(string Name, string Unit, ulong Default, ulong Minimum, ulong Maximum, string Description)
{
    /// <summary>Short name, one letter; 0 if there is none.</summary>
    public char Letter { get; init; }

    /// <summary>Whether it is a switch.</summary>
    public bool IsSwitch => (Minimum, Maximum) == (0, 1);

    /// <summary>The value, if it lies within the range.</summary>
    /// <param name="value">The value.</param>
    /// <exception cref="SchedulerException">It does not: the message names value and range.</exception>
    public ulong Check(ulong value)
    {
        if (value >= Minimum && value <= Maximum)
            return value;
        var unit = Unit.Length == 0 ? "" : " " + Unit;
        throw new SchedulerException(ExitCode.Usage, $"--{Name} {value} is outside {Minimum} to {Maximum}{unit}", $"Give --{Name} within that range.");
    }
}
