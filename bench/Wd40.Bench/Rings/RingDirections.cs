// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime;

namespace Wd40.Bench;

/// <summary>
/// Each direction by itself: a BPF program and C# at the ends of a ring in the arena, next to those of libbpf's ring buffers. First what a ring is, tokens
/// of 8 bytes over either; then with what the tokens speak of, which ring buffers carry as messages and the arena in the slots of the tasks.
/// </summary>
internal sealed class RingDirections
{
    private const double Target = 0.25;
    private const int Index = 4, Repeats = 32, Slices = 8;

    private readonly RingObject _rings;
    private readonly RingBuffers _buffers;
    private readonly ulong[] _tokens = new ulong[RingObject.Batch];
    private readonly RingTask[] _tasks = new RingTask[RingObject.Slots];
    private readonly RingDecision[] _decisions = new RingDecision[RingObject.Batch];

    private RingDirections(RingObject rings, RingBuffers buffers)
    {
        (_rings, _buffers) = (rings, buffers);
        // Tasks that were handed over, so that decisions about them are taken as often as they come.
        rings.Run("rings_up_buffer", Index);
        buffers.Read(_tasks);
        for (var i = 0; i < _decisions.Length; i++)
            _decisions[i] = new RingDecision { Token = _tasks[i].Token, Key = (ulong)i, Slice = 1_000_000, Cpu = -1, Lease = 20_000, Rate = 1024 };
    }

    /// <summary>Measures.</summary>
    internal static void RunAll(Report report, int rounds, RingObject rings, RingBuffers buffers)
    {
        var ends = new RingDirections(rings, buffers);
        Measure(report, rounds, "tokens up", ends.TokensUpBuffer, ends.TokensUpArena, Target);
        Measure(report, rounds, "tokens down", ends.TokensDownBuffer, ends.TokensDownArena, Target);
        Measure(report, rounds, "tasks up", ends.TasksUpBuffer, ends.TasksUpArena, null);
        Measure(report, rounds, "decisions down", ends.DecisionsDownBuffer, ends.DecisionsDownArena, null);
        rings.Check(Index, "one direction");
    }

    private static void Measure(Report report, int rounds, string what, Func<ulong> buffer, Func<ulong> arena, double? target)
    {
        Variant[] variants =
        [
            new("libbpf", [buffer], Repeats, Slices), new("arena", [arena], Repeats, Slices), new("libbpf again", [buffer], Repeats, Slices),
        ];
        var rows = RoundRunner.Run(variants, rounds);
        report.Add(Timing.Of(what, RingObject.Batch, variants, rows));
        report.Add(Figure.Judge($"{what}: arena / libbpf", RingObject.Batch, rows, 1, 0, (0, 2), target));
    }

    // Each returns the sum of the slots that came.
    private ulong TokensUpBuffer()
    {
        _rings.Run("rings_tokens_up_buffer", Index);
        return Sum(_tokens.AsSpan(0, _buffers.Read(_tokens)));
    }

    private ulong TokensUpArena()
    {
        _rings.Run("rings_tokens_up_arena", Index);
        ulong sum = 0;
        while (_rings.Rings.TryTake(out var slot, out _))
            sum += (ulong)slot;
        return sum;
    }

    private ulong TasksUpBuffer()
    {
        _rings.Run("rings_tasks_up_buffer", Index);
        ulong sum = 0;
        foreach (ref readonly var task in _tasks.AsSpan(0, _buffers.Read(_tasks)))
            sum += (uint)task.Token;
        return sum;
    }

    private ulong TasksUpArena()
    {
        _rings.Run("rings_tasks_up_arena", Index);
        ulong sum = 0;
        var rings = _rings.Rings;
        while (rings.TryTake(out var slot, out var sequence))
        {
            rings.FetchAhead();
            Copy(rings, slot, ref _tasks[slot]);
            if (rings.IsWhole(slot, sequence))
                sum += (ulong)slot;
        }
        return sum;
    }

    private ulong TokensDownBuffer()
    {
        for (var i = 0; i < _tokens.Length; i++)
            _tokens[i] = (ulong)i;
        _buffers.Write(_tokens);
        _rings.Run("rings_tokens_down_buffer", Index);
        return _rings.Digest(Index);
    }

    private ulong TokensDownArena()
    {
        for (var i = 0; i < _tokens.Length; i++)
            _rings.Rings.TryDecide(i, 0);
        _rings.Rings.EndTurn(0);
        _rings.Run("rings_tokens_down_arena", Index);
        return _rings.Digest(Index);
    }

    private ulong DecisionsDownBuffer()
    {
        _buffers.Write(_decisions);
        _rings.Run("rings_decisions_down_buffer", Index);
        return _rings.Digest(Index);
    }

    private ulong DecisionsDownArena()
    {
        foreach (ref readonly var from in _decisions.AsSpan())
        {
            var slot = (int)(uint)from.Token;
            ref var to = ref _rings.Rings.Decision(slot);
            (to.Key, to.Slice, to.Cpu, to.Preempt, to.Lease, to.Rate) = (from.Key, (uint)from.Slice, from.Cpu, (byte)from.Preempt, from.Lease, from.Rate);
            _rings.Rings.TryDecide(slot, (uint)(from.Token >> 32));
        }
        _rings.Rings.EndTurn(0);
        _rings.Run("rings_decisions_down_arena", Index);
        return _rings.Digest(Index);
    }

    private static void Copy(PolicyRings rings, int slot, ref RingTask to)
    {
        ref readonly var from = ref rings.Slot(slot).Queued;
        to.Generation = from.Generation;
        to.PreviousCpu = from.PrevCpu;
        to.Weight = from.Weight;
        to.Woken = from.Woken;
        to.ExecRuntime = from.ExecRuntime;
        to.Uncharged = from.Uncharged;
        to.QueuedAt = from.QueuedAt;
        to.AllowedCpus = from.AllowedCpus;
        to.Tid = (int)from.Tid;
        to.Tgid = (int)from.Tgid;
    }

    private static ulong Sum(ReadOnlySpan<ulong> tokens)
    {
        ulong sum = 0;
        foreach (var token in tokens)
            sum += (uint)token;
        return sum;
    }
}
