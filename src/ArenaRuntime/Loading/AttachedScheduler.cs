// SPDX-License-Identifier: GPL-2.0-only
using System.Runtime.InteropServices;

namespace Wd40.ArenaRuntime;

/// <summary>
/// A scheduler that was attached. The kernel may eject it at any time afterwards without telling this process: watch the exit record and
/// the state file.
/// </summary>
public sealed class AttachedScheduler : IDisposable
{
    private readonly SafeHandle _link;
    private readonly int _descriptor;

    /// <summary>Takes a link over.</summary>
    /// <param name="loaded">The object.</param>
    /// <param name="link">Closed with this instance.</param>
    /// <param name="descriptor">Its descriptor, open as long as the link.</param>
    internal AttachedScheduler(LoadedObject loaded, SafeHandle link, int descriptor)
    {
        Object = loaded;
        _link = link;
        _descriptor = descriptor;
    }

    /// <summary>The object whose scheduler this is.</summary>
    public LoadedObject Object { get; }

    /// <summary>Lets it outlive this process: it stays attached for as long as the directory's entry is there.</summary>
    /// <exception cref="BpfException">The entry cannot be made.</exception>
    public void PinTo(PinDirectory directory)
    {
        ArgumentNullException.ThrowIfNull(directory);
        directory.Pin(_descriptor, PinDirectory.Link);
    }

    /// <summary>
    /// Detaches, unless it is pinned; returns when every task is back on the default scheduler (at once if the kernel had ejected it).
    /// </summary>
    public void Dispose() => _link.Dispose();
}
