// SPDX-License-Identifier: GPL-2.0-only
using Wd40.Schedulers.Trials;

namespace Wd40.Schedulers;

/// <summary>
/// The loop of a running scheduler: does what is due, beats the heart, looks whether the kernel has ended the scheduler, and waits.
/// It allocates nothing after construction.
/// </summary>
public sealed class MainLoop
{
    // Upper bound of a wait: how late the loop notices that the kernel has ended the scheduler.
    private const int LongestWaitMs = 100;

    private readonly PeriodicStep[] _steps;
    private readonly Action _heartbeat;
    private readonly Func<bool> _ended;
    private readonly StopRequest _stop;
    private readonly TimeProvider _clock;
    private readonly Trial? _trial;

    /// <summary>Creates the loop.</summary>
    /// <param name="steps">Work to do, in the order in which it is done when due together.</param>
    /// <param name="heartbeat">Called once a turn.</param>
    /// <param name="ended">True when the kernel has ended the scheduler; called once a turn.</param>
    /// <param name="stop">Ends the loop.</param>
    /// <param name="clock">The clock of the steps.</param>
    /// <param name="trial">Ends the loop when its time is over; null: no trial.</param>
    public MainLoop(IReadOnlyList<PeriodicStep> steps, Action heartbeat, Func<bool> ended, StopRequest stop, TimeProvider clock, Trial? trial = null)
    {
        _steps = [.. steps];
        _heartbeat = heartbeat;
        _ended = ended;
        _stop = stop;
        _clock = clock;
        _trial = trial;
    }

    /// <summary>The steps.</summary>
    public IReadOnlyList<PeriodicStep> Steps => _steps;

    /// <summary>Does everything once that the loop does, so that it is compiled and what it allocates at first is allocated.</summary>
    public void WarmUp()
    {
        foreach (var step in _steps)
            step.WarmUp();
        Turn(out _);
        _stop.Wait(1);
    }

    /// <summary>Runs until a stop is requested or the kernel has ended the scheduler.</summary>
    public LoopEnd Run()
    {
        foreach (var step in _steps)
            step.Restart();
        while (true)
        {
            var end = Turn(out var waitMs);
            if (end != LoopEnd.None)
                return end;
            _stop.Wait(waitMs);
        }
    }

    /// <summary>One turn without waiting.</summary>
    /// <param name="waitMs">How long to wait before the next one.</param>
    /// <returns>Whether, and why, the loop is over.</returns>
    public LoopEnd Turn(out int waitMs)
    {
        waitMs = 0;
        if (_stop.IsRequested)
            return LoopEnd.StopRequested;
        if (_ended())
            return LoopEnd.EndedByKernel;
        if (_trial is not null && _trial.TimeIsOver())
            return LoopEnd.TrialOver;
        var nearest = _clock.TimestampFrequency * LongestWaitMs / 1000;
        foreach (var step in _steps)
            nearest = Math.Min(nearest, step.RunIfDue(_clock.GetTimestamp()));
        _heartbeat();
        // Rounded up: a wait that ends just before the deadline would only be repeated.
        waitMs = (int)((nearest * 1000 + _clock.TimestampFrequency - 1) / _clock.TimestampFrequency);
        return LoopEnd.None;
    }
}
