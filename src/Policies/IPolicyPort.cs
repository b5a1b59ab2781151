// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Policies;

/// <summary>
/// The way from a policy to its tasks: over the rings of an arena, or into the offline machine. A struct, so that policies are compiled for
/// it and no call is indirect.
/// </summary>
public interface IPolicyPort
{
    /// <summary>Slot numbers are 0 to this - 1.</summary>
    int Slots { get; }

    /// <summary>CPUs of the machine.</summary>
    int Cpus { get; }

    /// <summary>ns of the scheduler's clock.</summary>
    ulong Now { get; }

    /// <summary>How many decisions are worth making now: on a running scheduler as many as there is room for, on the offline machine one for each CPU that has nothing to run.</summary>
    int Wanted { get; }

    /// <summary>The next task that was queued.</summary>
    /// <param name="slot">Its slot, below <see cref="Slots"/>.</param>
    /// <returns>False if there is none.</returns>
    bool TryTake(out int slot);

    /// <summary>What is known about a task, as of when it was taken last. It stays as it is until then.</summary>
    /// <param name="slot">Its slot.</param>
    ref readonly QueuedTask Queued(int slot);

    /// <summary>The policy's part of a slot.</summary>
    /// <param name="slot">The slot.</param>
    /// <typeparam name="TState">What the policy keeps there, at most 96 bytes.</typeparam>
    ref TState State<TState>(int slot) where TState : unmanaged;

    /// <summary>Hands a decision over.</summary>
    /// <param name="slot">The task.</param>
    /// <param name="key">Its key: decided tasks that wait for the same CPU go by it.</param>
    /// <param name="decision">The decision.</param>
    /// <returns>False if there is no room: try again in the next step.</returns>
    bool TryDecide(int slot, ulong key, in Decision decision);
}
