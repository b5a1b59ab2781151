// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Vm;

/// <summary>
/// Deaths of a guest that are the emulator's. With a thread per CPU it can run a breakpoint that the kernel has already taken out of its own
/// code again, while static branches are patched; the kernel knows nothing of it and panics with "Oops: int3" (seen about once in some
/// hundred boots of a loaded host, on 7.3, always at a patched branch). Nothing of the user's runs while a guest boots, so booting again hides no fault.
/// </summary>
internal static class EmulatorFault
{
    /// <summary>Boots until such a death counts as a failure all the same.</summary>
    internal const int BootAttempts = 3;

    private const string StaleBreakpoint = "Oops: int3:";

    /// <summary>True if a guest that died while it booted was killed by the emulator.</summary>
    /// <param name="clock">How it was emulated.</param>
    /// <param name="console">The last lines of its console.</param>
    internal static bool Killed(ClockMode clock, IEnumerable<string> console) =>
        clock == ClockMode.Parallel && console.Any(line => line.Contains(StaleBreakpoint, StringComparison.Ordinal));
}
