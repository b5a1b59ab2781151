// SPDX-License-Identifier: GPL-2.0-only
using System.Runtime.InteropServices;
using Wd40.Policies;

namespace Wd40.Bench;

/// <summary>struct rings_task: a queued task as a message.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct RingTask
{
    /// <summary>Bytes.</summary>
    internal const int Size = 88;

    internal ulong Token;
    internal uint Generation;
    internal int PreviousCpu;
    internal uint Weight;
    internal uint Woken;
    internal ulong ExecRuntime;
    internal ulong Uncharged;
    internal ulong QueuedAt;
    internal ulong EnqueueFlags;
    internal uint AllowedCpus;
    internal uint Flags;
    internal int Tid;
    internal int Tgid;
    internal ulong NameLow;
    internal ulong NameHigh;

    /// <summary>Slot of the task.</summary>
    internal readonly int Slot => (int)(uint)Token;

    /// <summary>What a policy is told of it.</summary>
    internal readonly QueuedTask ToQueued() => new()
    {
        Slot = Slot,
        Generation = Generation,
        Tid = Tid,
        Tgid = Tgid,
        PreviousCpu = PreviousCpu,
        AllowedCpus = (int)AllowedCpus,
        Weight = Math.Max(Weight, 1),
        Woken = Woken != 0,
        ExecRuntime = ExecRuntime,
        Uncharged = Uncharged,
        QueuedAt = QueuedAt,
    };
}
