// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Tool.Statistics;

/// <summary>A statistics server answered with an error.</summary>
public sealed class StatsRefusedException : Exception
{
    /// <summary>Creates the failure.</summary>
    public StatsRefusedException(string message) : base(message)
    {
    }

    /// <summary>Creates the failure.</summary>
    public StatsRefusedException(string message, Exception inner) : base(message, inner)
    {
    }
}
