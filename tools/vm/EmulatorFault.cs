// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Vm;

/// <summary>
/// Deaths of a guest that are the emulator's. With a thread per CPU it can run a breakpoint that the kernel has already taken out of its own code
/// again, while static branches are patched: when a guest boots, and when a scheduler comes or goes. The kernel knows nothing of the breakpoint and
/// panics with "Oops: int3", its instruction pointer a byte behind the begin of a patched branch (seen on 7.3, some times in several hundred
/// attaches). A guest that dies so proves nothing: while it boots it is booted again, and test.sh runs the tests concerned once more.
/// </summary>
internal static class EmulatorFault
{
    /// <summary>Boots until such a death counts as a failure all the same.</summary>
    internal const int BootAttempts = 3;

    /// <summary>Lines from the end of the console among which the kernel says what it died of.</summary>
    internal const int ConsoleLines = 400;

    /// <summary>What messages say of it; tools/results/killed.awk looks for these words.</summary>
    internal const string Words = "the emulator killed it: it ran a stale breakpoint";

    private const string StaleBreakpoint = "Oops: int3:";

    /// <summary>True if a guest that died was killed by the emulator.</summary>
    /// <param name="clock">How it was emulated.</param>
    /// <param name="console">The last lines of its console.</param>
    internal static bool Killed(ClockMode clock, IEnumerable<string> console) =>
        clock == ClockMode.Parallel && console.Any(line => line.Contains(StaleBreakpoint, StringComparison.Ordinal));
}
