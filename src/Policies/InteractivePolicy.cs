// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Policies;

/// <summary>
/// The policy of scx_rustland 0.0.6: who gives up the CPU often by itself is interactive, counts as heavier, gets the whole slice and may
/// preempt. All virtual times stay within one slice of the clock, so order goes by recent use alone.
/// </summary>
/// <remarks>
/// The original counts voluntary switches in the kernel; here a task that comes after having slept has made one. Its options
/// <c>--full-user</c>, <c>--partial</c>, <c>--exit-dump-len</c> and <c>--debug</c> concern the kernel half and are no options of the policy.
/// </remarks>
public struct InteractivePolicy : ITaskPolicy<InteractivePolicy.State>
{
    /// <summary>Slice while nobody waits.</summary>
    public static readonly PolicyOption SliceUs = new("slice-us", "us", 5_000, 250, 1_000_000, "Slice while nobody waits; interactive tasks always get it.") { Letter = 's' };

    /// <summary>How much heavier interactive tasks count.</summary>
    public static readonly PolicyOption SliceBoost = new("slice-boost", "", 100, 0, 10_000, "Factor on the weight of interactive tasks; 0 and 1: none.") { Letter = 'b' };

    /// <summary>Every decision names the CPU where the task ran last.</summary>
    public static readonly PolicyOption BuiltinIdle = new("builtin-idle", "", 0, 0, 1, "Tasks stay on the CPU that the kernel's idle selection gave them.") { Letter = 'i' };

    /// <summary>Interactive tasks wait for slices to end.</summary>
    public static readonly PolicyOption NoPreemption = new("no-preemption", "", 0, 0, 1, "Interactive tasks do not preempt others.") { Letter = 'n' };

    /// <summary>Voluntary switches a second from which on a task is interactive.</summary>
    public const uint InteractiveSwitches = 10;

    /// <summary>Largest weight that counts before the boost.</summary>
    public const uint LargestWeight = 1000;

    /// <summary>Shortest slice, ns.</summary>
    public const ulong ShortestSlice = 250_000;

    private const ulong Second = 1_000_000_000;

    private readonly ulong _slice, _boost;
    private readonly bool _local, _preempts;
    private ulong _clock;

    /// <summary>Makes the policy.</summary>
    /// <param name="options">Values of <see cref="Options"/>.</param>
    public InteractivePolicy(PolicyOptions options)
    {
        _slice = options[SliceUs] * 1000;
        _boost = Math.Max(options[SliceBoost], 1);
        _local = options[BuiltinIdle] != 0;
        _preempts = options[NoPreemption] == 0;
    }

    /// <summary>The policy's options.</summary>
    public static IReadOnlyList<PolicyOption> Options { get; } = [SliceUs, SliceBoost, BuiltinIdle, NoPreemption];

    /// <summary>What the policy remembers about a task.</summary>
    public struct State
    {
        /// <summary>Start of the second that is being counted, ns; 0: none yet.</summary>
        public ulong Since;

        /// <summary>Voluntary switches in it.</summary>
        public uint Switches;

        /// <summary>Voluntary switches a second: half of it is the last second.</summary>
        public uint Average;
    }

    /// <inheritdoc/>
    public readonly ulong Order(in QueuedTask task, ref State state, in Situation situation)
    {
        Count(in task, ref state, situation.Now);
        var weight = Math.Min(task.Weight, LargestWeight) * (state.Average >= InteractiveSwitches ? _boost : 1);
        var charge = Math.Min(task.Uncharged, 1UL << 50) * 100 / weight;
        return unchecked(_clock + Math.Clamp(charge, 1, Slice(situation.Waiting)));
    }

    /// <inheritdoc/>
    public Decision Place(in QueuedTask task, ulong key, ref State state, in Situation situation)
    {
        if (unchecked((long)(key - _clock)) > 0)
            _clock = key;
        var interactive = state.Average >= InteractiveSwitches;
        return new Decision(interactive ? _slice : Slice(situation.Waiting), _local ? task.PreviousCpu : Decision.AnyCpu, interactive && _preempts);
    }

    private static void Count(in QueuedTask task, ref State state, ulong now)
    {
        if (state.Since == 0)
            state.Since = now;
        state.Switches += task.Woken ? 1u : 0;
        var elapsed = now - state.Since;
        if (elapsed < Second)
            return;
        state.Average = (uint)((state.Average + (state.Switches * Second / elapsed)) / 2);
        (state.Since, state.Switches) = (now, 0);
    }

    /// <summary>Slice that everyone's stays within, ns.</summary>
    private readonly ulong Slice(int waiting) => Math.Max(_slice / (ulong)Math.Max((waiting + 1) / 2, 1), Math.Min(ShortestSlice, _slice));
}
