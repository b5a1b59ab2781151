// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Bench;

/// <summary>Where queued tasks come from as messages.</summary>
internal interface IMessageSource
{
    /// <summary>The next one.</summary>
    /// <returns>False if there is none.</returns>
    bool TryTake(out RingTask task);
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
internal struct BufferSource(RingBuffers buffers) : IMessageSource
{
    private readonly RingTask[] _tasks = new RingTask[RingObject.Slots];
    private int _next, _count;

    public bool TryTake(out RingTask task)
    {
        if (_next == _count)
        {
            _next = 0;
            _count = buffers.Read(_tasks);
            if (_count == 0)
            {
                task = default;
                return false;
            }
        }
        task = _tasks[_next++];
        return true;
    }
}
