// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime;
using Wd40.ArenaRuntime.Layout;

namespace Wd40.Policies;

/// <summary>The way to the tasks of a running scheduler: its rings.</summary>
public readonly struct ArenaPort : IPolicyPort
{
    private readonly RingTasks _tasks;

    /// <summary>Makes the port.</summary>
    /// <param name="rings">The rings.</param>
    /// <param name="cpus">CPUs that are online.</param>
    public ArenaPort(PolicyRings rings, int cpus) => _tasks = new RingTasks(rings, cpus);

    /// <inheritdoc/>
    public int Slots => _tasks.Rings.Slots;

    /// <inheritdoc/>
    public int Cpus => _tasks.Cpus;

    /// <inheritdoc/>
    public ulong Now => _tasks.Now;

    /// <inheritdoc/>
    public int Wanted => _tasks.Wanted;

    /// <inheritdoc/>
    public bool TryTake(out int slot) => _tasks.TryTake(out slot);

    /// <inheritdoc/>
    public ref readonly QueuedTask Queued(int slot) => ref _tasks[slot];

    /// <inheritdoc/>
    public ref TState State<TState>(int slot) where TState : unmanaged => ref Scratch.As<Array12<ulong>, TState>(ref _tasks.Rings.Decision(slot).State);

    /// <inheritdoc/>
    public bool TryDecide(int slot, ulong key, in Decision decision) => _tasks.TryDecide(slot, key, in decision);

    /// <summary>Begins a step: looks at the clock.</summary>
    public void BeginStep() => _tasks.BeginStep();
}
