// SPDX-License-Identifier: GPL-2.0-only
using System.Globalization;
using System.Text.RegularExpressions;

namespace Wd40.VmTests.Reports;

/// <summary>A move that wd40 says (-v) its kernel half has applied.</summary>
/// <param name="AtNs">When the answer was read, ns of CLOCK_MONOTONIC: up to a balance interval after the move.</param>
/// <param name="Pid">Task.</param>
/// <param name="Domain">Where it was moved to.</param>
internal sealed partial record LoggedMove(long AtNs, int Pid, int Domain)
{
    /// <summary>The moves in what the scheduler has printed.</summary>
    public static IReadOnlyList<LoggedMove> Parse(string log) =>
    [
        .. Line().Matches(log).Select(match => new LoggedMove(
            (long)(decimal.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) * 1_000_000_000m),
            int.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture),
            int.Parse(match.Groups[3].ValueSpan, CultureInfo.InvariantCulture)))
    ];

    [GeneratedRegex(@"balance at (\d+\.\d+): pid (\d+) \(.*\) to domain (\d+): applied")]
    private static partial Regex Line();
}
