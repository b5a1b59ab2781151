// SPDX-License-Identifier: GPL-2.0-only
using System.Runtime.CompilerServices;

namespace Wd40.Policies.Offline;

/// <summary>State of a task in the offline machine: its slot, and what the kernel knows about it.</summary>
internal sealed class SimulatedTask(int slot, SyntheticTask what)
{
    internal enum Place
    {
        Asleep,
        WithPolicy,
        Decided,
        OnCpu,
        Ended,
    }

    internal readonly int Slot = slot;
    internal readonly SyntheticTask What = what;
    internal readonly TaskResult Result = new();
    internal ScratchSpace Scratch;
    internal Place Where = Place.Asleep;
    internal int Phase = -1, Cpu;
    internal bool Woken;
    internal ulong Need, ExecRuntime, Uncharged, WaitsSince, QueuedAt, RunsSince, RunsUntil, Key;
    internal Decision Decision;
    internal QueuedTask Queued;

    /// <summary>As large as in the arena.</summary>
    [InlineArray(12)]
    internal struct ScratchSpace
    {
        private ulong _first;
    }

    /// <summary>Begins the next phase.</summary>
    internal void NextPhase()
    {
        if (What.Phases.Count == 0)
        {
            Need = ulong.MaxValue;
            return;
        }
        Phase = (Phase + 1) % What.Phases.Count;
        Need = Math.Max(What.Phases[Phase].Run, 1);
    }
}
