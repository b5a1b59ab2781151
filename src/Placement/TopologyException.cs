// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Placement;

/// <summary>The machine's topology cannot be read or exceeds what is supported; the message says what and what to do.</summary>
public sealed class TopologyException : Exception
{
    /// <summary>Creates it.</summary>
    public TopologyException()
    {
    }

    /// <summary>Creates it.</summary>
    public TopologyException(string message)
        : base(message)
    {
    }

    /// <summary>Creates it.</summary>
    public TopologyException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
