// SPDX-License-Identifier: GPL-2.0-only
using System.Diagnostics;
using Wd40.ArenaRuntime;
using Wd40.ArenaRuntime.Layout;
using Wd40.Policies;

namespace Wd40.Bench;

/// <summary>The way to the tasks for a policy that is told of them by messages, and says what it decides by one system call a task.</summary>
/// <typeparam name="TSource">Where they come from.</typeparam>
internal struct MessagePort<TSource>(TSource source, int queue) : IPolicyPort where TSource : struct, IMessageSource
{
    private readonly QueuedTask[] _tasks = new QueuedTask[RingObject.Slots];
    private readonly ulong[] _tokens = new ulong[RingObject.Slots];
    private readonly Array12<ulong>[] _states = new Array12<ulong>[RingObject.Slots];
#pragma warning disable IDE0044 // The source is a struct that its own methods change.
    private TSource _source = source;
#pragma warning restore IDE0044

    public readonly int Slots => RingObject.Slots;

    public readonly int Cpus => RingObject.Cpus;

    public ulong Now { readonly get; private set; }

    public readonly int Wanted => RingObject.Batch;

    public bool TryTake(out int slot)
    {
        if (!_source.TryTake(out var task))
        {
            slot = -1;
            return false;
        }
        slot = task.Slot & (RingObject.Slots - 1);
        _tokens[slot] = task.Token;
        _tasks[slot] = task.ToQueued();
        return true;
    }

    public readonly ref readonly QueuedTask Queued(int slot) => ref _tasks[slot];

    public readonly ref TState State<TState>(int slot) where TState : unmanaged => ref Scratch.As<Array12<ulong>, TState>(ref _states[slot]);

    public readonly bool TryDecide(int slot, ulong key, in Decision decision)
    {
        var message = RingDecision.Of(_tokens[slot], key, in decision);
        return NativeRings.QueuePush(queue, in message) == 0;
    }

    /// <summary>Looks at the clock.</summary>
    internal void BeginStep() => Now = (ulong)Stopwatch.GetTimestamp();
}
