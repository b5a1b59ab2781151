// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Policies.Offline;

/// <summary>The way from a policy into the offline machine.</summary>
public readonly struct OfflinePort : IPolicyPort
{
    private readonly OfflineMachine _machine;

    internal OfflinePort(OfflineMachine machine) => _machine = machine;

    /// <inheritdoc/>
    public int Slots => _machine.Tasks.Count;

    /// <inheritdoc/>
    public int Cpus => _machine.Cpus;

    /// <inheritdoc/>
    public ulong Now => _machine.Now;

    /// <inheritdoc/>
    public int Wanted => _machine.Wanted;

    /// <inheritdoc/>
    public bool TryTake(out int slot) => _machine.Queued.TryDequeue(out slot);

    /// <inheritdoc/>
    public ref readonly QueuedTask Queued(int slot)
    {
        var from = _machine.Tasks[slot];
        from.Queued = new QueuedTask
        {
            Slot = slot,
            Generation = 1,
            Tid = from.What.Tid != 0 ? from.What.Tid : slot + 1000,
            Tgid = from.What.Tid != 0 ? from.What.Tid : slot + 1000,
            PreviousCpu = from.Cpu,
            AllowedCpus = _machine.Cpus,
            Weight = Math.Max(from.What.Weight, 1),
            Woken = from.Woken,
            ExecRuntime = from.ExecRuntime,
            Uncharged = from.Uncharged,
            QueuedAt = from.QueuedAt,
        };
        return ref from.Queued;
    }

    /// <inheritdoc/>
    public ref TState State<TState>(int slot) where TState : unmanaged =>
        ref ArenaRuntime.Scratch.As<SimulatedTask.ScratchSpace, TState>(ref _machine.Tasks[slot].Scratch);

    /// <inheritdoc/>
    public bool TryDecide(int slot, ulong key, in Decision decision) => _machine.TryDecide(slot, key, in decision);
}
