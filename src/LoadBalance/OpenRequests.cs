// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime;
using Wd40.ArenaRuntime.Layout;

namespace Wd40.LoadBalance;

/// <summary>Requests that wait for their answer. Allocates at construction only; one request a slot at a time.</summary>
internal sealed class OpenRequests
{
    private readonly Arena _arena;
    private readonly WdLayout _layout;
    private readonly int[] _slots;
    private readonly bool[] _isOpen;
    private readonly int[] _pids;
    private int _count;

    public OpenRequests(Arena arena, WdLayout layout)
    {
        _arena = arena;
        _layout = layout;
        _slots = new int[layout.MaxTasks];
        _isOpen = new bool[layout.MaxTasks];
        _pids = new int[layout.MaxTasks];
    }

    public int Count => _count;

    /// <summary>The domain that a task was asked to go to and has not answered; its present domain otherwise.</summary>
    public byte DomainOf(int slot, byte present, uint generation, ArenaSpan<WdRequest> requests)
    {
        if (!_isOpen[slot])
            return present;
        var word = new RequestWord(requests[slot].Word);
        return word.Generation == generation ? (byte)word.Value : present;
    }

    /// <summary>
    /// Writes a request: one store, the word is complete or not there. It takes the place of one that is open. Then tells the domain in which the
    /// task is, so that it moves at once if it is queued.
    /// </summary>
    public void Ask(int slot, uint generation, byte domain, ref BalanceCounts counts)
    {
        ref ulong word = ref _arena.Span<WdRequest>(_layout.Requests, _layout.MaxTasks)[slot].Word;
        ushort sequence = (ushort)(new RequestWord(word).Sequence + 1);
        Volatile.Write(ref word, new RequestWord(generation, sequence, domain).Bits);
        ref WdTask task = ref _arena.Span<WdTask>(_layout.Tasks, _layout.MaxTasks)[slot];
        _pids[slot] = (int)task.Pid;
        Tell(Volatile.Read(ref task.Domain), slot);
        if (_isOpen[slot])
        {
            counts.Stale++;
            return;
        }
        _isOpen[slot] = true;
        _slots[_count++] = slot;
    }

    private void Tell(uint domain, int slot)
    {
        if (domain >= _layout.NrDomains)
            return;
        ref WdDomain from = ref _arena.Span<WdDomain>(_layout.Domains, _layout.NrDomains)[(int)domain];
        ulong number = from.Requests;
        from.RequestSlots[(int)(number % WdConstants.RequestRing)] = (uint)slot;
        Volatile.Write(ref from.Requests, number + 1);
    }

    /// <summary>Reads the answers that have come since and passes each on.</summary>
    public void Follow(ref BalanceCounts counts, Action<BalanceAnswer>? answered)
    {
        var requests = _arena.Span<WdRequest>(_layout.Requests, _layout.MaxTasks);
        var tasks = _arena.Span<WdTask>(_layout.Tasks, _layout.MaxTasks);
        int kept = 0;
        for (int i = 0; i < _count; i++)
        {
            int slot = _slots[i];
            var asked = new RequestWord(requests[slot].Word);
            ref WdTask task = ref tasks[slot];
            var answer = new RequestWord(Volatile.Read(ref task.Acknowledged));
            if (answer.Generation == asked.Generation && answer.Sequence == asked.Sequence)
            {
                if (answer.Value == (ushort)WdOutcome.Applied)
                    counts.Applied++;
                else
                    counts.Refused++;
                answered?.Invoke(new BalanceAnswer(slot, _pids[slot], asked.Value, (WdOutcome)answer.Value));
            }
            else if ((uint)Volatile.Read(ref task.Generation) != asked.Generation)
            {
                counts.Stale++;
            }
            else
            {
                _slots[kept++] = slot;
                continue;
            }
            _isOpen[slot] = false;
        }
        _count = kept;
        counts.Pending = (ulong)kept;
    }
}
