// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime;
using Wd40.Policies;
using Wd40.Schedulers.Statistics;
using Wd40.Schedulers.Trials;

namespace Wd40.Schedulers.UserSpace;

/// <summary>
/// The loop of the thread that decides: takes what was queued, lets the policy decide, gives the CPU away, which is the one system call of a
/// turn. It allocates nothing, takes no lock, and touches no memory for the first time.
/// </summary>
internal sealed class PolicyLoop
{
    private readonly PolicyRings _rings;
    private readonly IPolicyLoop<ArenaPort> _policy;
    private readonly Func<bool> _ended;
    private readonly StopRequest _stop;
    private readonly Trial? _trial;
    private readonly LoopFigures _figures;
    private ArenaPort _port;

    /// <summary>Makes the loop.</summary>
    /// <param name="rings">The rings of the running scheduler, or of a rehearsal.</param>
    /// <param name="cpus">CPUs that are online.</param>
    /// <param name="policy">What decides.</param>
    /// <param name="figures">Is told of progress.</param>
    /// <param name="ended">True when the kernel has ended the scheduler.</param>
    /// <param name="stop">Ends the loop.</param>
    /// <param name="trial">Ends it, too, when its time is over; null: no trial.</param>
    internal PolicyLoop(PolicyRings rings, int cpus, IPolicyLoop<ArenaPort> policy, LoopFigures figures, Func<bool> ended, StopRequest stop, Trial? trial)
    {
        (_rings, _policy, _figures, _ended, _stop, _trial) = (rings, policy, figures, ended, stop, trial);
        _port = new ArenaPort(rings, cpus);
    }

    /// <summary>Runs until a stop is requested, the trial is over or the kernel has ended the scheduler.</summary>
    internal LoopEnd Run()
    {
        while (true)
        {
            if (_stop.IsRequested)
                return LoopEnd.StopRequested;
            if (_ended())
                return LoopEnd.EndedByKernel;
            if (_trial is not null && _trial.TimeIsOver())
                return LoopEnd.TrialOver;
            Turn();
            _figures.Progressed();
            PolicyThread.Yield();
        }
    }

    /// <summary>One turn.</summary>
    internal void Turn()
    {
        if (_rings.BeginTurn())
            _policy.Drop();
        _port.BeginStep();
        _policy.Step(ref _port);
        _rings.EndTurn(_policy.Pending);
    }
}
