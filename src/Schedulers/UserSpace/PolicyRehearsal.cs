// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime;
using Wd40.ArenaRuntime.Layout;
using Wd40.Policies;
using Wd40.Schedulers.Statistics;

namespace Wd40.Schedulers.UserSpace;

/// <summary>
/// Turns of the policy's loop on rings of anonymous memory, before the real ones are used. All code of a turn is compiled when it first runs;
/// in a running scheduler that would be a pause of the thread that everybody waits for.
/// </summary>
internal static class PolicyRehearsal
{
    private const int Cpus = 2, Slots = 1024, Tasks = 300, Turns = 40;

    /// <summary>Runs the turns.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="options">Values of its options.</param>
    /// <param name="stop">As in the real loop; not looked at.</param>
    /// <returns>Decisions that were made.</returns>
    /// <exception cref="SchedulerException">A value of an option is wrong.</exception>
    internal static ulong Run(KnownPolicy policy, IReadOnlyDictionary<string, ulong> options, StopRequest stop)
    {
        var parts = new ArenaLayout(Cpus, 1, 1, Slots, withRings: true);
        using var arena = Arena.Anonymous(parts.Size);
        var rings = new PolicyRings(arena, parts.Rings, Slots, Cpus);
        var loop = new PolicyLoop(rings, Cpus, policy.Create<ArenaPort>(options, Slots), new LoopFigures(), () => false, stop, null);
        ref var decisions = ref arena.Ref<WdDecisionRing>(parts.Rings.DecisionRing);
        for (uint turn = 0; turn < Turns; turn++)
        {
            for (var slot = 1; slot <= Tasks; slot++)
                Queue(arena, parts, rings, slot, turn);
            // Once in a while the kernel half has taken over meanwhile.
            if (turn % 8 == 7)
                rings.Exchange.Epoch++;
            loop.Turn();
            // The kernel half has applied all but a few: rings that are full are rehearsed as well.
            if (turn % 4 != 3)
                decisions.Head = decisions.Tail;
        }
        PolicyThread.Yield();
        return decisions.Tail;
    }

    private static void Queue(Arena arena, ArenaLayout parts, PolicyRings rings, int slot, uint turn)
    {
        var cpu = slot % Cpus;
        ref var ring = ref arena.Span<WdQueuedRing>(parts.Rings.QueuedRings, Cpus)[cpu];
        ref var queued = ref rings.Slot(slot).Queued;
        queued.Sequence = turn + 1;
        queued.Generation = (turn / 16) + 1;
        queued.Weight = (uint)(slot * 7 % 10_000);
        queued.PrevCpu = cpu;
        queued.AllowedCpus = Cpus;
        queued.Woken = (uint)slot % 2;
        queued.Renewed = (uint)(slot / 2 % 2);
        queued.Key = (ulong)slot * WdConstants.Usec;
        queued.ExecRuntime = (ulong)slot * WdConstants.Usec;
        queued.Uncharged = (ulong)slot * WdConstants.Usec;
        queued.QueuedAt = (turn + 1ul) * WdConstants.Sec;
        ring.Token[(int)(ring.Tail % WdConstants.QueuedRing)] = ((turn + 1ul) << 32) | (uint)slot;
        ring.Tail++;
        rings.Exchange.Dirty[0] |= 1ul << cpu;
    }
}
