// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Policies;

/// <summary>A task that waits to be ordered: a copy of what the kernel half wrote when it was queued. Policies only read it.</summary>
public struct QueuedTask
{
    /// <summary>Its slot, which it keeps as long as it lives.</summary>
    public int Slot;

    /// <summary>Generation of the slot: another one means another task.</summary>
    public uint Generation;

    /// <summary>Thread id.</summary>
    public int Tid;

    /// <summary>Process id.</summary>
    public int Tgid;

    /// <summary>CPU where it ran last.</summary>
    public int PreviousCpu;

    /// <summary>How many CPUs it may run on.</summary>
    public int AllowedCpus;

    /// <summary>Effective weight, 1 to 10000; nice 0 is 100. Ports make 1 of 0.</summary>
    public uint Weight;

    /// <summary>Whether it has slept since it ran last.</summary>
    public bool Woken;

    /// <summary>Whether its last decision has outlasted a sleep.</summary>
    public bool Renewed;

    /// <summary>What the key of its last decision has become by now, with <see cref="Renewed"/>.</summary>
    public ulong Key;

    /// <summary>CPU time since it slept, ns.</summary>
    public ulong ExecRuntime;

    /// <summary>CPU time since it was queued last, ns, without what the kernel half gave during a takeover: to be charged once.</summary>
    public ulong Uncharged;

    /// <summary>When it was queued, ns of the scheduler's clock.</summary>
    public ulong QueuedAt;
}
