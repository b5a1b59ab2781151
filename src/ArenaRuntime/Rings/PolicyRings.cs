// SPDX-License-Identifier: GPL-2.0-only
using System.Numerics;
using System.Runtime.CompilerServices;
using Wd40.ArenaRuntime.Layout;

namespace Wd40.ArenaRuntime;

/// <summary>
/// The user half of the rings of the user-space core (arena-bpf/include/wd40/rings.h): takes queued tasks, hands decisions over, knows of
/// takeovers. For one thread. Nothing here allocates, waits or throws after construction, whatever stands in the arena.
/// </summary>
public sealed class PolicyRings
{
    private const int WordBits = 64;

    /// <summary>How many tokens ahead records are fetched: another CPU has just written them, and a few tasks take as long as its cache to answer.</summary>
    private const int Ahead = 3;

    private readonly Arena _arena;
    private readonly ulong _handovers, _identity, _decided, _exchange;
    private readonly ArenaPtr<ulong> _tail, _head;
    private readonly ArenaRing<ulong>[] _queued;
    private readonly ArenaRing<ulong> _decisions;
    private readonly ulong[] _dirty;
    // Taken from a ring and not handed out yet.
    private readonly ulong[] _tokens = new ulong[WdConstants.QueuedRing];
    private int _next, _count;
    private uint _thread;
    private WdUserState _state;

    /// <summary>Opens the rings as they stand.</summary>
    /// <param name="arena">Where they are.</param>
    /// <param name="layout">Where in it.</param>
    /// <param name="slots">Slots of the task table, a power of two.</param>
    /// <param name="cpus">Highest CPU number + 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A part does not lie within the arena.</exception>
    public PolicyRings(Arena arena, in WdUserLayout layout, int slots, int cpus)
    {
        ArgumentNullException.ThrowIfNull(arena);
        _ = arena.Span<WdHandover>(layout.Handovers, (ulong)slots);
        _ = arena.Ref<WdExchange>(layout.Exchange);
        (_arena, Slots, Cpus) = (arena, slots, cpus);
        (_handovers, _exchange) = (layout.Handovers, layout.Exchange);
        ref var first = ref arena.Ref<WdHandover>(_handovers);
        (_identity, _decided) = (arena.OffsetOf(ref first.Queued.Tid), arena.OffsetOf(ref first.Decision));
        _dirty = new ulong[(cpus + WordBits - 1) / WordBits];
        _queued = new ArenaRing<ulong>[cpus];
        for (var cpu = 0; cpu < cpus; cpu++)
            _queued[cpu] = QueuedRing(arena, layout.QueuedRings + ((ulong)cpu * (ulong)Unsafe.SizeOf<WdQueuedRing>()));
        ref var decisions = ref arena.Ref<WdDecisionRing>(layout.DecisionRing);
        (_tail, _head) = (Pointer(arena, ref decisions.Tail), Pointer(arena, ref decisions.Head));
        _decisions = new ArenaRing<ulong>(arena, _tail, _head, Pointer(arena, ref decisions.Token[0]), WdConstants.DecisionRing);
    }

    /// <summary>Slots of the task table.</summary>
    public int Slots { get; }

    /// <summary>Highest CPU number + 1.</summary>
    public int Cpus { get; }

    /// <summary>The words that both halves exchange.</summary>
    public ref WdExchange Exchange => ref _arena.At<WdExchange>(_exchange);

    /// <summary>Takeovers of the kernel half that this half has noticed.</summary>
    public ulong Takeovers { get; private set; }

    /// <summary>Decisions that wait to be applied and decided tasks that wait for a CPU, roughly.</summary>
    public int Decided
    {
        get
        {
            var inRing = Volatile.Read(ref _tail.In(_arena)) - Volatile.Read(ref _head.In(_arena));
            return (int)(Math.Min(inRing, WdConstants.DecisionRing) + Math.Min(Volatile.Read(ref Exchange.Decided), (ulong)Slots));
        }
    }

    /// <summary>What stands in a slot.</summary>
    /// <param name="slot">Any number: it is taken modulo the slots there are.</param>
    public ref WdHandover Slot(int slot) => ref _arena.At<WdHandover>(_handovers + ((ulong)(uint)(slot & (Slots - 1)) * (ulong)Unsafe.SizeOf<WdHandover>()));

    /// <summary>The user half's part of what stands in a slot. Nothing of the other part is touched.</summary>
    /// <param name="slot">As for <see cref="Slot"/>.</param>
    public ref WdDecision Decision(int slot) => ref _arena.At<WdDecision>(_decided + ((ulong)(uint)(slot & (Slots - 1)) * (ulong)Unsafe.SizeOf<WdHandover>()));

    /// <summary>
    /// Takes the next queued task. What is then read of its record, in the slot's <see cref="WdHandover.Queued"/>, counts only if
    /// <see cref="IsWhole"/> says so afterwards.
    /// </summary>
    /// <param name="slot">Its slot, below <see cref="Slots"/>.</param>
    /// <param name="sequence">Number of this queueing of the task.</param>
    /// <returns>False if there is none.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryTake(out int slot, out uint sequence)
    {
        if (_next == _count && !NextTokens())
        {
            (slot, sequence) = (-1, 0);
            return false;
        }
        var token = _tokens[_next++];
        (slot, sequence) = ((int)(uint)token, (uint)(token >> 32));
        return true;
    }

    /// <summary>
    /// Whether what was read of a slot's record before this call is all of one queueing, that of the token. If not, it may be of several, and is to
    /// be passed over: a newer token is under way.
    /// </summary>
    /// <param name="slot">The slot.</param>
    /// <param name="sequence">As <see cref="TryTake"/> said.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsWhole(int slot, uint sequence)
    {
        Volatile.ReadBarrier();
        return Slot(slot).Queued.Sequence == sequence;
    }

    /// <summary>Hands a decision over; it is seen after <see cref="EndTurn"/>.</summary>
    /// <param name="slot">Slot of the task, whose <see cref="WdHandover.Decision"/> is filled.</param>
    /// <param name="sequence">Of the task when it was taken.</param>
    /// <returns>False if there is no room.</returns>
    public bool TryDecide(int slot, uint sequence) => _decisions.TryWrite(((ulong)sequence << 32) | (uint)slot);

    /// <summary>
    /// Takes over what another process has left: what its policy remembered of tasks is gone, and all rings will be emptied, marked or not, when
    /// the next turn finds the takeover that this change has caused. The other process may have ended between reading a mark and the ring.
    /// </summary>
    public void Inherit()
    {
        for (var slot = 0; slot < Slots; slot++)
            Slot(slot).Decision = default;
        Array.Fill(_dirty, ulong.MaxValue);
    }

    /// <summary>Begins a turn of the policy's loop.</summary>
    /// <returns>True if the kernel half has taken over since the last: whatever was taken before is void, and nothing more of it is in the rings.</returns>
    public bool BeginTurn()
    {
        var epoch = Volatile.Read(ref Exchange.Epoch);
        if (epoch == Exchange.SeenEpoch)
            return false;
        Takeovers++;
        while (TryTake(out _, out _))
            continue;
        Volatile.Write(ref Exchange.SeenEpoch, epoch);
        return true;
    }

    /// <summary>Ends a turn: makes its decisions visible, says how many tasks wait for one, and that the policy is alive.</summary>
    /// <param name="pending">Tasks that the policy holds.</param>
    public void EndTurn(int pending)
    {
        _decisions.Publish();
        Exchange.Pending = (ulong)pending;
        Say();
        Volatile.Write(ref Exchange.Beat, Exchange.Beat + 1);
    }

    /// <summary>Tells the kernel half what the policy is about to do.</summary>
    public void Enter(WdUserState state)
    {
        _state = state;
        Say();
    }

    /// <summary>Tells the kernel half which thread decides.</summary>
    /// <param name="thread">One of this process; 0: none yet, or no more.</param>
    public void Own(int thread)
    {
        _thread = (uint)thread;
        Say();
    }

    /// <summary>Said again at each turn, lest garbage stays in its place.</summary>
    private void Say()
    {
        ref var exchange = ref Exchange;
        if (exchange.HotTid != _thread)
            exchange.HotTid = _thread;
        if (exchange.UserState != (uint)_state)
            Volatile.Write(ref exchange.UserState, (uint)_state);
    }

    /// <summary>Has the processor fetch what stands in a slot that is taken soon: both lines of the queued task, and the first of the user half's. Only a matter of speed.</summary>
    public void FetchAhead()
    {
        var ahead = _next + Ahead;
        if (ahead >= _count)
            return;
        var at = (ulong)(uint)((int)(uint)_tokens[ahead] & (Slots - 1)) * (ulong)Unsafe.SizeOf<WdHandover>();
        _arena.Prefetch(_handovers + at);
        _arena.Prefetch(_identity + at);
        _arena.Prefetch(_decided + at);
    }

    /// <summary>Empties rings that are marked until there is a token.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool NextTokens()
    {
        var count = 0;
        while (count == 0 && NextRing() is { } ring)
        {
            foreach (var token in _tokens.AsSpan(0, ring.Read(_tokens)))
            {
                // One of a slot that there is not is overwritten by the next.
                _tokens[count] = token;
                count += (uint)token < (uint)Slots ? 1 : 0;
            }
            ring.Release();
        }
        (_next, _count) = (0, count);
        return count > 0;
    }

    /// <summary>The next ring that is marked. The bit is cleared before the ring is read: a token that comes later sets it again.</summary>
    private ArenaRing<ulong>? NextRing()
    {
        for (var word = 0; word < _dirty.Length; word++)
        {
            ref var bits = ref _dirty[word];
            if (bits == 0)
            {
                ref var shared = ref Exchange.Dirty[word];
                if (Volatile.Read(ref shared) == 0)
                    continue;
                bits = Interlocked.Exchange(ref shared, 0);
            }
            while (bits != 0)
            {
                var cpu = (word * WordBits) + BitOperations.TrailingZeroCount(bits);
                bits &= bits - 1;
                if (cpu < Cpus)
                    return _queued[cpu];
            }
        }
        return null;
    }

    private static ArenaRing<ulong> QueuedRing(Arena arena, ulong at)
    {
        ref var ring = ref arena.Ref<WdQueuedRing>(at);
        return new ArenaRing<ulong>(arena, Pointer(arena, ref ring.Tail), Pointer(arena, ref ring.Head), Pointer(arena, ref ring.Token[0]), WdConstants.QueuedRing);
    }

    private static ArenaPtr<ulong> Pointer(Arena arena, ref ulong word) => arena.Pointer<ulong>(arena.OffsetOf(ref word));
}
