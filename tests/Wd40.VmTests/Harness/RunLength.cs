// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.VmTests.Harness;

/// <summary>How long the checks run: scaled by default, at full length with WD40_FULL=1.</summary>
internal static class RunLength
{
    /// <summary>Category of the checks that the scaled run makes on the newest kernel only; at full length they run on all.</summary>
    public const string OneKernel = "one-kernel";

    /// <summary>Category of the checks that only the run at full length makes.</summary>
    public const string FullOnly = "full-only";

    /// <summary>Categories of the fixtures that run once more for rusty, at full length only.</summary>
    public const string OfRusty = FullOnly + ",rusty";

    /// <summary>True for the acceptance checks at full length.</summary>
    public static bool IsFull { get; } = Environment.GetEnvironmentVariable("WD40_FULL") == "1";

    /// <summary>The value for this run.</summary>
    public static T Of<T>(T scaled, T full) => IsFull ? full : scaled;
}
