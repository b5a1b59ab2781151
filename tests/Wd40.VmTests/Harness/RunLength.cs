// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.VmTests.Harness;

/// <summary>How long the checks run: scaled by default, at full length with WD40_FULL=1.</summary>
internal static class RunLength
{
    /// <summary>True for the acceptance checks at full length.</summary>
    public static bool IsFull { get; } = Environment.GetEnvironmentVariable("WD40_FULL") == "1";

    /// <summary>The value for this run.</summary>
    public static T Of<T>(T scaled, T full) => IsFull ? full : scaled;
}
