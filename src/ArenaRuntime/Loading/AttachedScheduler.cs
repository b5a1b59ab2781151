// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.ArenaRuntime;

/// <summary>
/// A scheduler that was attached. The kernel may eject it at any time afterwards without telling this process: watch the exit record and
/// the state file.
/// </summary>
public sealed class AttachedScheduler : IDisposable
{
    private readonly BpfLinkHandle _link;

    internal AttachedScheduler(LoadedObject loaded, BpfLinkHandle link)
    {
        Object = loaded;
        _link = link;
    }

    /// <summary>The object whose scheduler this is.</summary>
    public LoadedObject Object { get; }

    /// <summary>Detaches; returns when every task is back on the default scheduler (at once if the kernel had ejected it).</summary>
    public void Dispose() => _link.Dispose();
}
