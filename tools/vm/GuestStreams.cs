// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Vm;

/// <summary>Where a command's output goes while it runs, besides its result.</summary>
public sealed record GuestStreams
{
    /// <summary>Nowhere.</summary>
    public static GuestStreams None { get; } = new();

    /// <summary>Receives standard output as it arrives; not closed.</summary>
    public Stream? Output { get; init; }

    /// <summary>Receives standard error as it arrives; not closed.</summary>
    public Stream? Error { get; init; }

    /// <summary>Receives each line of either stream, without its line feed. Called on the thread that reads the channel: must not block.</summary>
    public IProgress<string>? Lines { get; init; }
}
