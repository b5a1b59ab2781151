// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Schedulers;

/// <summary>
/// Delay before a restart after a hotplug exit: none for the first one, then doubling, so that CPUs that go on- and offline quickly do
/// not make the machine switch schedulers as quickly. A run that lasted long enough counts as the first again.
/// </summary>
public sealed class RestartBackoff
{
    /// <summary>Delay before the second restart in a row.</summary>
    public static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(50);

    /// <summary>Largest delay; below the 2 s in which a scheduler must be back after a single event.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(800);

    /// <summary>A run this long was no part of a series.</summary>
    public static readonly TimeSpan Calm = TimeSpan.FromSeconds(1);

    private TimeSpan _next = TimeSpan.Zero;

    /// <summary>The delay after a run of the given length.</summary>
    public TimeSpan Next(TimeSpan lastRun)
    {
        var delay = lastRun >= Calm ? TimeSpan.Zero : _next;
        _next = delay == TimeSpan.Zero ? Shortest : delay * 2 < Longest ? delay * 2 : Longest;
        return delay;
    }
}
