// SPDX-License-Identifier: GPL-2.0-only
using System.Globalization;
using Wd40.ArenaRuntime;
using Wd40.ArenaRuntime.Layout;

namespace Wd40.Schedulers;

/// <summary>
/// A kernel half that outlives its process (--adoptable): where it is pinned, who has its user half, and how that changes hands. The order of
/// steps is that of docs/adoption.md.
/// </summary>
internal sealed class Adoption
{
    /// <summary>Variable of the core; see struct wd_ownership.</summary>
    internal const string Ownership = "wd_ownership";

    /// <summary>How long a process that is asked to end may take; then it is killed.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(5);

    /// <summary>How long the kernel half may take to notice its new owner. It looks 50 times a second.</summary>
    private static readonly TimeSpan _acceptLimit = TimeSpan.FromSeconds(10);

    private const int AcceptPollMs = 5;

    private readonly PinDirectory _pins;
    private readonly SchedulerDefinition _scheduler;
    private readonly Wd40Options _options;
    private readonly SchedulerLog _log;
    private readonly ProcessIdentity _own = ProcessIdentity.Own;
    private bool _isOwner;

    private Adoption(SchedulerDefinition scheduler, Wd40Options options, SchedulerLog log)
    {
        _pins = new PinDirectory(options.PinRootPath ?? PinDirectory.DefaultRoot, scheduler.Name);
        (_scheduler, _options, _log) = (scheduler, options, log);
    }

    /// <summary>What --adoptable asks for; null without it.</summary>
    /// <exception cref="SchedulerException">The kernel half could not find this process.</exception>
    internal static Adoption? For(SchedulerDefinition scheduler, Wd40Options options, SchedulerLog log) =>
        options.AdoptableSeconds is null ? null : new Adoption(scheduler, options, log);

    /// <summary>True once this process has taken over what another one had loaded.</summary>
    internal bool HasAdopted { get; private set; }

    /// <summary>Looks for a kernel half to adopt. What is left of one that has ended is removed.</summary>
    internal bool FindRunning(KernelInterface kernel)
    {
        if (!_pins.Exists)
            return false;
        if (_pins.HasLink && kernel.State == KernelInterface.Enabled && kernel.RunningScheduler.StartsWith(_scheduler.Name + "_", StringComparison.Ordinal))
            return true;
        _log.Info($"what is left in {_pins.Path} is of a scheduler that has ended: removed");
        _pins.Remove();
        return false;
    }

    /// <summary>Opens the running kernel half; nothing of it is changed.</summary>
    /// <returns>The object; null if it has ended meanwhile, which is said and cleared away.</returns>
    /// <exception cref="SchedulerException">It is not what this process would load, or another process has it and is not to be replaced.</exception>
    internal LoadedObject? Open(OpenObject open)
    {
        var adopted = open.Adopt(_pins);
        try
        {
            if (adopted.Variable<WdExitRecord>(SchedulerRun.ExitRecord).Kind != 0)
            {
                var exit = ExitInfo.Read(ref adopted.Variable<WdExitRecord>(SchedulerRun.ExitRecord));
                _log.Info($"{_scheduler.Name} has ended: {exit.Reason} ({exit.Message})");
                adopted.Dispose();
                _pins.Remove();
                return null;
            }
            if (Owner(adopted) is { IsAlive: true } other && !_options.Replace)
            {
                throw new SchedulerException(ExitCode.AttachRefused, $"{_scheduler.Name} is run by process {other.Pid}",
                    $"End that one so that it leaves the kernel half to a successor (kill -TERM {other.Pid}), or take its place with --replace.");
            }
            HasAdopted = true;
            return adopted;
        }
        catch
        {
            adopted.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Takes the user half: ends the process that has it, says so to the kernel half, and waits until that one has taken over from its
    /// predecessor. Then nobody else writes to the user half's words.
    /// </summary>
    /// <exception cref="SchedulerException">Another process was quicker, or the kernel half has ended.</exception>
    internal void TakeOwnership(LoadedObject adopted)
    {
        ref var ownership = ref adopted.Variable<WdOwnership>(Ownership);
        var found = Volatile.Read(ref ownership.Owner);
        var predecessor = ProcessIdentity.Of(found);
        // A process that stands still may go on any time, with what it was about to write: only one that has ended writes no more.
        if (found != WdConstants.OwnerEnded && predecessor.IsAlive && !predecessor.End(_patience))
            _log.Info($"process {predecessor.Pid} did not end when it was asked to, and was killed");
        if (found == WdConstants.OwnerEnded || Interlocked.CompareExchange(ref ownership.Owner, _own.Word, found) != found)
        {
            throw new SchedulerException(ExitCode.AttachRefused,
                Volatile.Read(ref ownership.Owner) == WdConstants.OwnerEnded
                    ? $"{_scheduler.Name} has just ended itself, because nobody took it over in time"
                    : $"another process has just taken over {_scheduler.Name}", "Start this one again if it is to run.");
        }
        _isOwner = true;
        var began = TimeProvider.System.GetTimestamp();
        while (Volatile.Read(ref ownership.Seen) != _own.Word)
        {
            if (TimeProvider.System.GetElapsedTime(began) > _acceptLimit || adopted.Variable<WdExitRecord>(SchedulerRun.ExitRecord).Kind != 0)
                throw new SchedulerException(ExitCode.AttachRefused, $"the kernel half of {_scheduler.Name} has ended, or does not notice its new owner", "Start it anew.");
            Thread.Sleep(AcceptPollMs);
        }
        _log.Info($"adopted {_scheduler.Name} from process {predecessor.Pid}");
    }

    /// <summary>Sets what the core reads, before load.</summary>
    /// <exception cref="SchedulerException">The core cannot be adopted.</exception>
    internal static void Configure(OpenObject open, Wd40Options options)
    {
        if (!open.HasVariable(Ownership))
        {
            if (options.AdoptableSeconds is not null)
                throw new SchedulerException(ExitCode.Usage, $"the core of {open.Name} cannot outlive its process", "Leave --adoptable out, or choose one of the cores hybrid and user-space.");
            return;
        }
        open.SetVariable("wd_adoptable_ns", (ulong)((options.AdoptableSeconds ?? 0) * WdConstants.Sec));
        open.SetVariable(Ownership, new WdOwnership { Owner = ProcessIdentity.Own.Word });
    }

    /// <summary>Lets maps that this process has loaded outlive it; call it before the scheduler attaches.</summary>
    internal void PinMaps(LoadedObject loaded)
    {
        if (HasAdopted)
            return;
        _pins.Create();
        _isOwner = true;
        loaded.PinMapsTo(_pins);
    }

    /// <summary>Lets the scheduler outlive this process, from now on.</summary>
    internal void PinLink(AttachedScheduler attached)
    {
        if (!HasAdopted)
            attached.PinTo(_pins);
    }

    /// <summary>Says what becomes of a scheduler that stays when this process ends.</summary>
    internal void Leave() => _log.Info(string.Create(CultureInfo.InvariantCulture,
        $"{_scheduler.Name} is left to a successor, which has {_options.AdoptableSeconds:0.###} s to come; to end it: rm -r {_pins.Path}"));

    /// <summary>Lets the scheduler end with this process, if it is this process's.</summary>
    internal void Remove()
    {
        if (_isOwner)
            _pins.Remove();
        _isOwner = false;
    }

    private static ProcessIdentity Owner(LoadedObject adopted) =>
        ProcessIdentity.Of(Volatile.Read(ref adopted.Variable<WdOwnership>(Ownership).Owner));
}
