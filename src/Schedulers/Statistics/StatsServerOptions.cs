// SPDX-License-Identifier: GPL-2.0-only
using Wd40.Schedulers.Live;

namespace Wd40.Schedulers.Statistics;

/// <summary>How statistics are served.</summary>
public sealed record StatsServerOptions
{
    /// <summary>The socket; existing clients look at /var/run/scx/root/stats.</summary>
    public required string Path { get; init; }

    /// <summary>Who serves.</summary>
    public required StatsIdentity Identity { get; init; }

    /// <summary>Numeric group that may connect besides the user; null: the process's own group.</summary>
    public uint? Group { get; init; }

    /// <summary>Settings that clients of the same user may change; null: this server only reports.</summary>
    public LiveSwitch? Live { get; init; }

    /// <summary>Connections at a time; further ones are closed and counted.</summary>
    public int MaxConnections { get; init; } = 128;

    /// <summary>How long a client may take to read an answer before it is dropped.</summary>
    public int WriteTimeoutMs { get; init; } = 5000;
}
