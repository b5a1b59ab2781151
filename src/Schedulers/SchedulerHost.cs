// SPDX-License-Identifier: GPL-2.0-only
using System.Globalization;
using Wd40.ArenaRuntime;
using Wd40.Schedulers.Trials;

namespace Wd40.Schedulers;

/// <summary>
/// Runs a scheduler from the first check to the exit report: start, loop, detach, and a new start when the kernel asks for one because a CPU
/// came or went. The calling thread becomes the loop's thread.
/// </summary>
public sealed class SchedulerHost
{
    private readonly SchedulerDefinition _scheduler;
    private readonly Wd40Options _options;
    private readonly SchedulerLog _log;
    private readonly TimeProvider _clock = TimeProvider.System;

    /// <summary>Creates a host.</summary>
    public SchedulerHost(SchedulerDefinition scheduler, Wd40Options options, SchedulerLog log)
    {
        ArgumentNullException.ThrowIfNull(scheduler);
        _scheduler = scheduler;
        _options = options;
        _log = log;
    }

    /// <summary>Links, loads and verifies, without attaching.</summary>
    /// <exception cref="SchedulerException">A step failed.</exception>
    public DryRunReport DryRun()
    {
        // What runs is left alone: it has been loaded already.
        using var run = SchedulerRun.Create(_scheduler, _options with { AdoptableSeconds = null }, new StartSequence(_scheduler.Name, _log), _log);
        run.Load(new KernelInterface(_options.SysfsPrefix));
        return new DryRunReport
        {
            Scheduler = _scheduler.Name,
            Modules = [.. run.Composition.Objects.Select(module => module.ToString())],
            ArenaBytes = run.Layout.Size,
            Domains = run.Layout.NrDomains,
            LeftOut = run.LeftOut,
            Programs =
            [
                .. run.Loaded.Programs.Values.OrderByDescending(program => program.IsCallback).ThenBy(program => program.Name, StringComparer.Ordinal)
                    .Select(program => new VerifiedProgram(program.Name, program.IsCallback ? "callback" : "syscall", program.VerifiedInstructions)),
            ],
        };
    }

    /// <summary>Runs until a stop is requested or the kernel ends the scheduler for good.</summary>
    /// <param name="stop">Ends it.</param>
    /// <param name="trial">Ends it, too, when its time is over; null: no trial.</param>
    /// <returns>How it ended; never throws for a failure of the scheduler.</returns>
    public ExitReport Run(StopRequest stop, Trial? trial = null)
    {
        ArgumentNullException.ThrowIfNull(stop);
        if (HugePages.TryDisable() is { } failed)
            _log.Debug($"transparent huge pages stay on: {failed}");
        var backoff = new RestartBackoff();
        var begin = _clock.GetTimestamp();
        var restarts = 0;
        while (true)
        {
            var runBegin = _clock.GetTimestamp();
            RunEnd end;
            try
            {
                end = RunOnce(stop, trial);
            }
            catch (SchedulerException failure)
            {
                return ExitReport.FromFailure(_scheduler.Name, failure) with { Restarts = restarts, Seconds = Elapsed(begin) };
            }
            if (end.Exit is not { IsRestart: true } || stop.IsRequested)
                return Report(end, restarts, Elapsed(begin), trial);
            restarts++;
            var delay = backoff.Next(_clock.GetElapsedTime(runBegin));
            _log.Info(string.Create(CultureInfo.InvariantCulture,
                $"the kernel asks for a restart: {end.Exit.Message}; starting again in {delay.TotalMilliseconds:0} ms"));
            // A signal during the delay or the new start ends the process as one during the loop does.
            if (stop.Wait((int)delay.TotalMilliseconds))
                return Report(end, restarts, Elapsed(begin), trial);
        }
    }

    private RunEnd RunOnce(StopRequest stop, Trial? trial)
    {
        using var run = SchedulerRun.Create(_scheduler, _options, new StartSequence(_scheduler.Name, _log), _log);
        return run.Run(new KernelInterface(_options.SysfsPrefix), stop, trial);
    }

    private ExitReport Report(RunEnd end, int restarts, double seconds, Trial? trial)
    {
        var code = end.Exit?.ExitCode ?? ExitCode.Clean;
        return new ExitReport
        {
            Scheduler = _scheduler.Name,
            ExitCode = (int)code,
            Cause = code.ToString(),
            Kind = end.Exit?.Kind ?? 0,
            KernelExitCode = end.Exit?.KernelExitCode ?? 0,
            Reason = end.Exit?.Reason ?? "",
            Message = end.Exit?.Message ?? "",
            Dump = end.Exit?.Dump ?? "",
            Restarts = restarts,
            Seconds = seconds,
            Steps = end.Steps,
            Requests = end.Requests,
            LoopAllocatedBytes = end.AllocatedBytes,
            LoopCollections = end.Collections,
            Trial = trial?.End(),
        };
    }

    private double Elapsed(long begin) => _clock.GetElapsedTime(begin).TotalSeconds;
}
