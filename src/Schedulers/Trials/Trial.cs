// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Schedulers.Trials;

/// <summary>
/// A run that ends by itself unless it is confirmed in time. It measures the machine before attach and from attach on. A restart after a
/// CPU came or went does not begin it anew.
/// <para>The main loop's thread does all but <see cref="Confirm"/>, which any thread may call.</para>
/// </summary>
public sealed class Trial
{
    /// <summary>How long the default scheduler is looked at.</summary>
    public static readonly TimeSpan BeforeLength = TimeSpan.FromSeconds(3);

    private const int Open = 0, IsConfirmed = 1, IsOver = 2;
    private readonly string _scheduler;
    private readonly TimeSpan _length;
    private readonly TimeProvider _clock;
    private readonly Func<SystemCounters> _read;
    private readonly Action<TrialReport>? _confirmed;
    private SystemFigures? _before;
    private volatile Reading? _begin;
    private long _end = long.MaxValue;
    private readonly Lock _reporting = new();
    private int _state = Open;

    /// <summary>Creates a trial; nothing happens yet.</summary>
    /// <param name="scheduler">Name of the scheduler.</param>
    /// <param name="length">How long it may run unconfirmed, from attach on.</param>
    /// <param name="clock">Source of time stamps.</param>
    /// <param name="read">Reads the machine's counters.</param>
    /// <param name="confirmed">Receives the figures at the moment of confirmation, on the thread that confirms.</param>
    public Trial(string scheduler, TimeSpan length, TimeProvider clock, Func<SystemCounters> read, Action<TrialReport>? confirmed = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(length, TimeSpan.Zero);
        ArgumentNullException.ThrowIfNull(clock);
        ArgumentNullException.ThrowIfNull(read);
        (_scheduler, _length, _clock, _read, _confirmed) = (scheduler, length, clock, read, confirmed);
    }

    /// <summary>Looks at the machine as it is before attach, once.</summary>
    /// <param name="wait">Waits; true when a stop was requested meanwhile.</param>
    public void MeasureBefore(Func<TimeSpan, bool> wait)
    {
        ArgumentNullException.ThrowIfNull(wait);
        if (_before is not null)
            return;
        var begin = Read();
        if (!wait(BeforeLength))
            _before = Since(begin);
    }

    /// <summary>Begins the trial: the scheduler is attached.</summary>
    public void Begin()
    {
        if (_begin is not null)
            return;
        _begin = Read();
        _end = _begin.At + (long)(_length.TotalSeconds * _clock.TimestampFrequency);
    }

    /// <summary>Whether its time has passed unconfirmed; once that is said a confirmation comes too late. Allocates nothing.</summary>
    public bool TimeIsOver() => _clock.GetTimestamp() >= _end && Interlocked.CompareExchange(ref _state, IsOver, Open) != IsConfirmed;

    /// <summary>Confirms it: the scheduler stays.</summary>
    /// <returns>False when it had been confirmed before or its time was over.</returns>
    public bool Confirm()
    {
        lock (_reporting)
        {
            if (Interlocked.CompareExchange(ref _state, IsConfirmed, Open) != Open)
                return false;
            _confirmed?.Invoke(Report(TrialOutcome.Confirmed));
            return true;
        }
    }

    /// <summary>What it showed; null when it was confirmed, because then that has been said: a confirmation that is being reported is waited for.</summary>
    public TrialReport? End()
    {
        lock (_reporting)
        {
            return Volatile.Read(ref _state) switch
            {
                IsConfirmed => null,
                IsOver => Report(TrialOutcome.Detached),
                _ => Report(TrialOutcome.Interrupted),
            };
        }
    }

    private TrialReport Report(TrialOutcome outcome) => new()
    {
        Scheduler = _scheduler,
        Seconds = _length.TotalSeconds,
        Outcome = outcome,
        Before = _before,
        During = _begin is { } begin ? Since(begin) : null,
    };

    private SystemFigures Since(Reading begin)
    {
        var now = Read();
        return SystemFigures.Between(begin.Counters, now.Counters, _clock.GetElapsedTime(begin.At, now.At));
    }

    private Reading Read() => new(_read(), _clock.GetTimestamp());

    private sealed record Reading(SystemCounters Counters, long At);
}
