// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Policies.Offline;

/// <summary>The dispatch queues of the kernel half: one a CPU and a shared one, by key.</summary>
internal sealed class DispatchQueues
{
    private readonly RunQueue[] _perCpu;
    private readonly RunQueue _shared;

    internal DispatchQueues(int cpus, int tasks)
    {
        _perCpu = [.. Enumerable.Range(0, cpus).Select(_ => new RunQueue(tasks))];
        _shared = new RunQueue(tasks);
    }

    /// <summary>Tasks in them.</summary>
    internal int Count { get; private set; }

    /// <summary>Tasks for any CPU.</summary>
    internal int Shared => _shared.Count;

    /// <summary>Whether nothing waits for this CPU alone.</summary>
    internal bool IsEmpty(int cpu) => _perCpu[cpu].Count == 0;

    /// <summary>A CPU that does not exist is as good as any.</summary>
    internal void Add(int slot, ulong key, int cpu)
    {
        Count++;
        ((uint)cpu < (uint)_perCpu.Length ? _perCpu[cpu] : _shared).Insert(slot, key);
    }

    internal bool TryTake(int cpu, out int slot)
    {
        if (!_perCpu[cpu].TryPop(out slot, out _) && !_shared.TryPop(out slot, out _))
            return false;
        Count--;
        return true;
    }
}
