// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Policies;

/// <summary>
/// The policy of scx_rustland 1.1: the key is virtual time plus CPU time since the task slept, and slices go by weight. Who computes for long
/// falls behind who has just slept.
/// </summary>
/// <remarks>
/// It differs where the original starves tasks. There the key becomes the next virtual time, so the CPU time is added again at each round and
/// no bound stops it; here virtual time has a place of its own and stays within bounds around the clock. CPU time is charged once, not again
/// when a task is queued anew without having run. The clock follows the virtual time of those that are given a CPU, not the sum of what all
/// have used: with it, virtual time of tasks that share the machine stays comparable. CPU time since the task slept
/// is weighted like all other: as it is, it would level the shares until all had reached its bound. So shares follow weights.
/// A wake-up is not asked about while the last decision says what it comes to (<see cref="Decision.SleepCredit"/>).
/// </remarks>
public struct DeadlinePolicy : ITaskPolicy<DeadlinePolicy.State>
{
    /// <summary>Bound of what a sleeper gains, and unit of the bounds below.</summary>
    public static readonly PolicyOption SliceUs = new("slice-us", "us", 20_000, 100, 1_000_000,
        "Virtual time that a task gains by sleeping, at most; CPU time since it slept counts up to 100 times this.")
    { Letter = 's' };

    /// <summary>Slice of a task of weight 100.</summary>
    public static readonly PolicyOption SliceUsMin = new("slice-us-min", "us", 1_000, 10, 100_000, "Slice of a task of nice 0; others by weight.") { Letter = 'S' };

    /// <summary>Every decision names the CPU where the task ran last.</summary>
    public static readonly PolicyOption PerCpuLocal = new("percpu-local", "", 0, 0, 1, "Tasks stay on the CPU where they ran last.") { Letter = 'l' };

    /// <summary>CPU time since a task slept counts up to this many times <see cref="SliceUs"/>.</summary>
    public const ulong RuntimeSlices = 100;

    /// <summary>Virtual time of a task that goes on is at most this many times <see cref="SliceUs"/> ahead of the clock.</summary>
    public const ulong AheadSlices = 10;

    /// <summary>The clock goes this part of the way to each task that is placed.</summary>
    public const int ClockInertia = 8;

    /// <summary>CPU time that a task may use, slice by slice, before it is looked at anew, us: keys are straight lines for so long.</summary>
    public const uint LeaseUs = 20_000;

    /// <summary>Shortest slice, ns: what the kernel half bounds slices to.</summary>
    public const ulong ShortestSlice = 10_000;

    private const byte Half = 128;

    private readonly ulong _slice, _sliceMin;
    private readonly uint _credit;
    private readonly bool _local;
    private ulong _clock;

    /// <summary>Makes the policy.</summary>
    /// <param name="options">Values of <see cref="Options"/>.</param>
    public DeadlinePolicy(PolicyOptions options)
    {
        _slice = options[SliceUs] * 1000;
        _sliceMin = options[SliceUsMin] * 1000;
        _credit = (uint)Math.Min(_slice, uint.MaxValue);
        _local = options[PerCpuLocal] != 0;
    }

    /// <summary>The policy's options.</summary>
    public static IReadOnlyList<PolicyOption> Options { get; } = [SliceUs, SliceUsMin, PerCpuLocal];

    /// <summary>What the policy remembers about a task.</summary>
    public struct State
    {
        /// <summary>CPU time weighted, ns: comparable between tasks. It wraps.</summary>
        public ulong Virtual;

        /// <summary>Whether <see cref="Virtual"/> holds.</summary>
        public bool Known;
    }

    /// <inheritdoc/>
    public readonly ulong Order(in QueuedTask task, ref State state, in Situation situation)
    {
        unchecked
        {
            var sinceSleep = Math.Min(Weighted(task.ExecRuntime, task.Weight), RuntimeSlices * _slice);
            // A decision that has outlasted sleeps was charged for all that the task ran: its key says where virtual time is.
            var at = task.Renewed ? task.Key - sinceSleep : state.Known ? state.Virtual : _clock;
            var uncharged = task.Renewed ? 0 : Weighted(task.Uncharged, task.Weight);
            // Distance from the clock, which may wrap.
            var ahead = (long)(at - _clock);
            // Who sleeps gains one slice; who goes on keeps what is due to it, as far as anybody may be from the clock.
            var lag = (long)(task.Woken ? _slice : AheadSlices * _slice);
            ahead = Math.Max(ahead, -lag);
            // What it owes outlasts a sleep: by weight, too, are CPUs shared among tasks that all sleep.
            ahead = (long)Math.Min((ulong)(ahead + lag) + uncharged, (AheadSlices * _slice) + (ulong)lag) - lag;
            state = new State { Virtual = _clock + (ulong)ahead, Known = true };
            return state.Virtual + sinceSleep;
        }
    }

    /// <inheritdoc/>
    public Decision Place(in QueuedTask task, ulong key, ref State state, in Situation situation)
    {
        // Not to it at once: a light task that has run a slice is far ahead of all others, who would then count as those that slept.
        _clock = unchecked(_clock + (ulong)((long)(state.Virtual - _clock) / ClockInertia));
        // Virtual time grows with CPU time, and so does what is added to it until that has reached its bound.
        var counts = Weighted(task.ExecRuntime, task.Weight) < RuntimeSlices * _slice;
        var rate = Decision.RateOne * 100 / task.Weight * (counts ? 2u : 1);
        return new Decision(Math.Max(_sliceMin * task.Weight / 100, ShortestSlice), _local ? task.PreviousCpu : Decision.AnyCpu, KeyRate: rate, LeaseUs: LeaseUs)
        {
            // A sleep makes of the key what Order would make of it.
            SleepCredit = _credit,
            SleepForgets = counts ? Half : (byte)0,
            Clock = _clock,
        };
    }

    // No time that a task can have run for overflows: garbage is bounded.
    private static ulong Weighted(ulong time, uint weight) => Math.Min(time, 1UL << 50) * 100 / weight;
}
