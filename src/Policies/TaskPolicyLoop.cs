// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Policies;

/// <summary>
/// The loop around a policy of the simplest level: takes what was queued, keeps it in order, hands out as many as are wanted. It takes
/// everything before it decides, so that a late, urgent task still comes first, and a task whose slice has ended is compared with the others
/// before anyone takes its CPU.
/// </summary>
/// <remarks>
/// No policy can starve a task: every <see cref="OldestInterval"/>-th decision is about the task that has waited longest, if it has waited for
/// longer than <see cref="Patience"/>. All memory is allocated at construction.
/// </remarks>
/// <typeparam name="TPolicy">The policy.</typeparam>
/// <typeparam name="TState">What it remembers about a task.</typeparam>
/// <typeparam name="TPort">The way to the tasks.</typeparam>
public sealed class TaskPolicyLoop<TPolicy, TState, TPort> : IPolicyLoop<TPort>
    where TPolicy : struct, ITaskPolicy<TState>
    where TState : unmanaged
    where TPort : struct, IPolicyPort
{
    /// <summary>Waiting time after which a task counts as forgotten by the policy, ns.</summary>
    public const ulong Patience = 500_000_000;

    /// <summary>One decision in this many is about such a task: the others still go by the policy's order.</summary>
    public const int OldestInterval = 4;

    private readonly RunQueue _queue;
    private readonly WaitingList _waiting;
    private readonly uint[] _generations;
#pragma warning disable IDE0044 // The policy is a struct that its own methods change: readonly, they would change a copy.
    private TPolicy _policy;
#pragma warning restore IDE0044
    private int _turn;

    /// <summary>Makes the loop.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="slots">Slots there are.</param>
    public TaskPolicyLoop(TPolicy policy, int slots)
    {
        _policy = policy;
        _queue = new RunQueue(slots);
        _waiting = new WaitingList(slots);
        _generations = Resident.Array<uint>(slots);
    }

    /// <inheritdoc/>
    public int Pending => _queue.Count;

    /// <summary>Decisions about tasks that the policy had let wait for too long.</summary>
    public ulong Overdue { get; private set; }

    /// <inheritdoc/>
    public void Step(ref TPort port)
    {
        var now = port.Now;
        // A ring full of garbage must not hold the loop: no more than all slots in one step.
        for (var taken = 0; taken < _generations.Length && port.TryTake(out var slot); taken++)
        {
            if ((uint)slot >= (uint)_generations.Length)
                continue;
            ref readonly var task = ref port.Queued(slot);
            ref var state = ref port.State<TState>(slot);
            if (_generations[slot] != task.Generation)
            {
                _generations[slot] = task.Generation;
                state = default;
            }
            _queue.Insert(slot, _policy.Order(in task, ref state, new Situation(now, _queue.Count, port.Cpus)));
            _waiting.Add(slot, now);
        }
        while (_queue.Count > 0 && port.Wanted > 0 && Decide(ref port, now))
            continue;
    }

    /// <inheritdoc/>
    public void Drop()
    {
        _queue.Clear();
        _waiting.Clear();
    }

    private bool Decide(ref TPort port, ulong now)
    {
        _turn = (_turn + 1) % OldestInterval;
        int slot;
        ulong key;
        var oldest = _turn == 0 ? _waiting.Oldest : -1;
        var overdue = oldest >= 0 && now - _waiting.Since(oldest) > Patience;
        // Out of the queue at once: looking for the next first has to wait until that is done.
        if (overdue)
        {
            slot = oldest;
            _queue.TryGetKey(slot, out key);
            _queue.Remove(slot);
        }
        else
        {
            _queue.TryPop(out slot, out key);
        }
        ref readonly var task = ref port.Queued(slot);
        var decision = _policy.Place(in task, key, ref port.State<TState>(slot), new Situation(now, _queue.Count, port.Cpus));
        if (!port.TryDecide(slot, key, in decision))
        {
            // Less room than there was said to be: garbage stands in its place.
            _queue.Insert(slot, key);
            return false;
        }
        _waiting.Remove(slot);
        Overdue += overdue ? 1UL : 0;
        return true;
    }
}
