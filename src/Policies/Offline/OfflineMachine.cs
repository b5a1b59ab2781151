// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Policies.Offline;

/// <summary>
/// A machine for testing policies without a kernel: a virtual clock, some CPUs, and tasks that compute and sleep. It does what the kernel half
/// does: a task that wakes while a CPU is idle goes there without asking, all others are queued to the policy; a CPU that has nothing to run lets
/// the policy decide. Nobody is preempted before the slice ends. Time passes only while tasks run: the policy's own work takes none. The same input gives the same result.
/// </summary>
public sealed class OfflineMachine
{
    /// <summary>Shortest and longest slice of a decision, as in the kernel half, ns.</summary>
    public const ulong ShortestSlice = 10_000, LongestSlice = 100_000_000;

    private readonly SimulatedTask?[] _onCpu;
    private readonly PriorityQueue<int, ulong> _wakeUps = new();
    private readonly DispatchQueues _decided;
    private IPolicyLoop<OfflinePort>? _loop;
    private int _idle;

    /// <summary>Builds a machine.</summary>
    /// <param name="cpus">Its CPUs.</param>
    /// <param name="tasks">Its tasks; their numbers are their slots.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no CPU.</exception>
    /// <exception cref="ArgumentException">There is no task.</exception>
    public OfflineMachine(int cpus, params IReadOnlyList<SyntheticTask> tasks)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(cpus);
        if (tasks.Count == 0)
            throw new ArgumentException("a machine without tasks has nothing to schedule", nameof(tasks));
        Cpus = _idle = cpus;
        _onCpu = new SimulatedTask?[cpus];
        Tasks = [.. tasks.Select((what, slot) => new SimulatedTask(slot, what))];
        Queued = new Queue<int>(tasks.Count);
        _decided = new DispatchQueues(cpus, tasks.Count);
        _wakeUps.EnsureCapacity(tasks.Count);
        foreach (var task in Tasks)
            _wakeUps.Enqueue(task.Slot, task.What.Start);
    }

    /// <summary>CPUs.</summary>
    public int Cpus { get; }

    /// <summary>Slice of tasks that the policy was not asked about, ns.</summary>
    public ulong DefaultSlice { get; init; } = 1_000_000;

    /// <summary>The clock, ns.</summary>
    public ulong Now { get; private set; }

    /// <summary>Time that CPUs were idle while a task waited, ns, summed over CPUs.</summary>
    public ulong IdleWhileWaiting { get; private set; }

    /// <summary>Decisions that were made.</summary>
    public ulong Decisions { get; private set; }

    /// <summary>The results, a task each.</summary>
    public IReadOnlyList<TaskResult> Results => [.. Tasks.Select(task => task.Result)];

    internal List<SimulatedTask> Tasks { get; }

    internal Queue<int> Queued { get; }

    internal int Wanted
    {
        get
        {
            var wanted = -_decided.Shared;
            for (var cpu = 0; cpu < Cpus; cpu++)
                wanted += _onCpu[cpu] is null && _decided.IsEmpty(cpu) ? 1 : 0;
            return wanted;
        }
    }

    /// <summary>Runs a policy of the simplest level for a time.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="time">How long, ns.</param>
    /// <returns>The results, a task each.</returns>
    public IReadOnlyList<TaskResult> Run<TPolicy, TState>(TPolicy policy, ulong time)
        where TPolicy : struct, ITaskPolicy<TState> where TState : unmanaged =>
        Run(new TaskPolicyLoop<TPolicy, TState, OfflinePort>(policy, Tasks.Count), time);

    /// <summary>Runs a loop for a time. May be called again: the machine goes on, and the loop should be the same.</summary>
    /// <param name="loop">The policy.</param>
    /// <param name="time">How long, ns.</param>
    /// <returns>The results, a task each.</returns>
    public IReadOnlyList<TaskResult> Run(IPolicyLoop<OfflinePort> loop, ulong time)
    {
        Advance(loop, time);
        foreach (var task in Tasks)
        {
            var lived = Math.Min(Now, task.What.End) - Math.Min(task.What.Start, Now);
            task.Result.CpuShare = lived == 0 ? 0 : task.Result.CpuTime / (double)lived;
            if (task.Where is SimulatedTask.Place.WithPolicy or SimulatedTask.Place.Decided)
                task.Result.StillWaits(Now - task.WaitsSince);
        }
        return Results;
    }

    /// <summary>Lets time pass. Once all tasks have run it allocates nothing, unless the policy does.</summary>
    /// <param name="loop">The policy.</param>
    /// <param name="time">How long, ns.</param>
    public void Advance(IPolicyLoop<OfflinePort> loop, ulong time)
    {
        _loop = loop;
        var end = Now + time;
        while (true)
        {
            var next = NextEvent();
            if (next > end)
                break;
            PassTime(next);
            while (_wakeUps.TryPeek(out var slot, out var at) && at <= Now)
            {
                _wakeUps.Dequeue();
                Wake(Tasks[slot]);
            }
            for (var cpu = 0; cpu < Cpus; cpu++)
            {
                if (_onCpu[cpu] is { } task && task.RunsUntil <= Now)
                    Stop(cpu, task);
            }
            Dispatch();
        }
        PassTime(end);
        foreach (var task in _onCpu)
        {
            if (task is not null)
                Charge(task);
        }
    }

    internal bool TryDecide(int slot, ulong key, in Decision decision)
    {
        var task = Tasks[slot];
        // As the kernel half does, stale decisions are refused without a word.
        if (task.Where != SimulatedTask.Place.WithPolicy)
            return true;
        Decisions++;
        (task.Decision, task.Key, task.Where) = (decision, key, SimulatedTask.Place.Decided);
        _decided.Add(slot, key, decision.Cpu);
        return true;
    }

    private ulong NextEvent()
    {
        var next = _wakeUps.TryPeek(out _, out var at) ? at : ulong.MaxValue;
        foreach (var task in _onCpu)
        {
            if (task is not null)
                next = Math.Min(next, task.RunsUntil);
        }
        return next;
    }

    private void PassTime(ulong to)
    {
        var waiting = _loop!.Pending + Queued.Count + _decided.Count;
        IdleWhileWaiting += (to - Now) * (ulong)Math.Min(_idle, waiting);
        Now = to;
    }

    private void Wake(SimulatedTask task)
    {
        if (Now >= task.What.End)
        {
            task.Where = SimulatedTask.Place.Ended;
            return;
        }
        task.NextPhase();
        (task.Woken, task.ExecRuntime, task.WaitsSince) = (true, 0, Now);
        if (_idle > 0 && _decided.Count == 0 && _loop!.Pending == 0 && Queued.Count == 0)
            Start(IdleCpu(task.Cpu), task, DefaultSlice);
        else
            Publish(task);
    }

    private void Publish(SimulatedTask task)
    {
        (task.Where, task.QueuedAt) = (SimulatedTask.Place.WithPolicy, Now);
        Queued.Enqueue(task.Slot);
    }

    private int IdleCpu(int preferred) => _onCpu[preferred] is null ? preferred : Array.IndexOf(_onCpu, null);

    private void Start(int cpu, SimulatedTask task, ulong slice)
    {
        _idle--;
        _onCpu[cpu] = task;
        task.Result.Waited(Now - task.WaitsSince);
        (task.Where, task.Cpu, task.RunsSince) = (SimulatedTask.Place.OnCpu, cpu, Now);
        task.RunsUntil = Now + Math.Min(task.Need, Math.Clamp(slice, ShortestSlice, LongestSlice));
    }

    private void Charge(SimulatedTask task)
    {
        var ran = Now - task.RunsSince;
        task.RunsSince = Now;
        task.Result.CpuTime += ran;
        task.ExecRuntime += ran;
        task.Uncharged += ran;
        if (task.What.Phases.Count > 0)
            task.Need -= ran;
    }

    private void Stop(int cpu, SimulatedTask task)
    {
        Charge(task);
        _onCpu[cpu] = null;
        _idle++;
        task.WaitsSince = Now;
        var sleep = task.Need == 0 ? task.What.Phases[task.Phase].Sleep : 0;
        if (Now >= task.What.End)
        {
            task.Where = SimulatedTask.Place.Ended;
        }
        else if (sleep > 0)
        {
            task.Where = SimulatedTask.Place.Asleep;
            _wakeUps.Enqueue(task.Slot, Now + sleep);
        }
        else
        {
            if (task.Need == 0)
                task.NextPhase();
            task.Woken = false;
            Publish(task);
        }
    }

    /// <summary>Lets the policy decide, and every idle CPU take what is decided for it.</summary>
    private void Dispatch()
    {
        var port = new OfflinePort(this);
        while (true)
        {
            _loop!.Step(ref port);
            var started = false;
            for (var cpu = 0; cpu < Cpus; cpu++)
            {
                if (_onCpu[cpu] is null && _decided.TryTake(cpu, out var slot))
                {
                    Start(cpu, Tasks[slot], Tasks[slot].Decision.Slice);
                    Tasks[slot].Uncharged = 0;
                    started = true;
                }
            }
            if (!started)
                return;
        }
    }
}
