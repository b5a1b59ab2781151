// SPDX-License-Identifier: GPL-2.0-only
using Wd40.Schedulers.Statistics;

namespace Wd40.Schedulers;

/// <summary>
/// A piece of work that the main loop does each period: the tuner's or the balancer's step. A late deadline moves to now + period;
/// missed ones are not made up, so a process that was stopped for a minute does one step, not thirty.
/// </summary>
public sealed class PeriodicStep
{
    private readonly TimeProvider _clock;
    private readonly Action _action;
    private readonly LoopFigures? _figures;
    private readonly long _period;
    private readonly double _nanosecondsPerTick;
    private long _deadline;

    /// <summary>Creates a step whose first deadline is one period from now.</summary>
    /// <param name="name">Word for messages and reports.</param>
    /// <param name="period">Time between steps, above zero.</param>
    /// <param name="clock">Source of time stamps.</param>
    /// <param name="action">The work; it must not allocate.</param>
    /// <param name="figures">Receives the time used; may be null.</param>
    public PeriodicStep(string name, TimeSpan period, TimeProvider clock, Action action, LoopFigures? figures = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(period, TimeSpan.Zero);
        ArgumentNullException.ThrowIfNull(clock);
        Name = name;
        _clock = clock;
        _action = action;
        _figures = figures;
        // At least one tick of the clock, at most what a sum with a time stamp can hold.
        _period = (long)Math.Clamp(period.TotalSeconds * clock.TimestampFrequency, 1, long.MaxValue / 4);
        _nanosecondsPerTick = 1e9 / clock.TimestampFrequency;
        Restart();
    }

    /// <summary>Word for messages and reports.</summary>
    public string Name { get; }

    /// <summary>Steps done.</summary>
    public long Count { get; private set; }

    /// <summary>Time spent in steps, in ticks of the clock.</summary>
    public long TicksUsed { get; private set; }

    /// <summary>Longest step, in ticks of the clock.</summary>
    public long LongestTicks { get; private set; }

    /// <summary>Longest time from a deadline to the begin of its step, in ticks of the clock.</summary>
    public long LatestTicks { get; private set; }

    /// <summary>Counts period and figures anew from now: called when the loop starts, because set-up takes its time.</summary>
    public void Restart()
    {
        _deadline = _clock.GetTimestamp() + _period;
        Count = TicksUsed = LongestTicks = LatestTicks = 0;
    }

    /// <summary>Does the step if its time has come.</summary>
    /// <param name="now">Time stamp of the clock.</param>
    /// <returns>Ticks until the next deadline, at least 0.</returns>
    public long RunIfDue(long now)
    {
        if (now < _deadline)
            return _deadline - now;
        LatestTicks = Math.Max(LatestTicks, now - _deadline);
        _action();
        var after = _clock.GetTimestamp();
        var used = after - now;
        TicksUsed += used;
        LongestTicks = Math.Max(LongestTicks, used);
        Count++;
        if (_figures is not null)
            _figures.TimeUsedNs += (ulong)(used * _nanosecondsPerTick);
        _deadline = _deadline + _period > after ? _deadline + _period : after + _period;
        return _deadline - after;
    }

    /// <summary>Does the step out of turn, to compile and touch what it needs. Not counted.</summary>
    public void WarmUp() => _action();
}
