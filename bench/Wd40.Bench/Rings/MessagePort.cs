// SPDX-License-Identifier: GPL-2.0-only
using System.Diagnostics;
using Wd40.ArenaRuntime;
using Wd40.ArenaRuntime.Layout;
using Wd40.Policies;

namespace Wd40.Bench;

/// <summary>Where queued tasks come from as messages.</summary>
internal interface IMessageSource
{
    /// <summary>The next one.</summary>
    /// <returns>False if there is none.</returns>
    bool TryTake(out RingTask task);
}

/// <summary>The way to the tasks for a policy that is told of them by messages, and says what it decides by one system call a task.</summary>
/// <typeparam name="TSource">Where they come from.</typeparam>
internal readonly struct MessagePort<TSource>(TSource source, int queue) : IPolicyPort where TSource : struct, IMessageSource
{
    private readonly QueuedTask[] _tasks = new QueuedTask[RingObject.Slots];
    private readonly ulong[] _tokens = new ulong[RingObject.Slots];
    private readonly Array12<ulong>[] _states = new Array12<ulong>[RingObject.Slots];
    private readonly ulong[] _now = new ulong[1];

    public int Slots => RingObject.Slots;

    public int Cpus => RingObject.Cpus;

    public ulong Now => _now[0];

    public int Wanted => RingObject.Batch;

    public bool TryTake(out int slot)
    {
        if (!source.TryTake(out var task))
        {
            slot = -1;
            return false;
        }
        slot = task.Slot & (RingObject.Slots - 1);
        _tokens[slot] = task.Token;
        _tasks[slot] = task.ToQueued();
        return true;
    }

    public ref readonly QueuedTask Queued(int slot) => ref _tasks[slot];

    public ref TState State<TState>(int slot) where TState : unmanaged => ref Scratch.As<Array12<ulong>, TState>(ref _states[slot]);

    public bool TryDecide(int slot, ulong key, in Decision decision)
    {
        var message = RingDecision.Of(_tokens[slot], key, in decision);
        return NativeRings.QueuePush(queue, in message) == 0;
    }

    /// <summary>Looks at the clock.</summary>
    internal void BeginStep() => _now[0] = (ulong)Stopwatch.GetTimestamp();
}

/// <summary>A queue map: one system call a task.</summary>
internal readonly struct QueueSource(int queue) : IMessageSource
{
    public bool TryTake(out RingTask task)
    {
        task = default;
        return NativeRings.QueuePop(queue, ref task) == 0;
    }
}

/// <summary>A ring buffer: no system call. All that there is is copied out at once.</summary>
internal readonly struct BufferSource(nint reader) : IMessageSource
{
    private readonly RingTask[] _tasks = new RingTask[RingObject.Slots];
    private readonly int[] _positions = new int[2];

    public bool TryTake(out RingTask task)
    {
        if (_positions[0] == _positions[1])
        {
            _positions[0] = 0;
            _positions[1] = (int)NativeRings.ReaderRead(reader, ref _tasks[0], (uint)_tasks.Length);
            if (_positions[1] <= 0)
            {
                _positions[1] = 0;
                task = default;
                return false;
            }
        }
        task = _tasks[_positions[0]++];
        return true;
    }
}
