// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Vm.Compare;

/// <summary>A scheduler that runs in a guest: started, checked to be the one in charge, and stopped again.</summary>
public sealed class GuestScheduler
{
    /// <summary>Where the guest has the project's files.</summary>
    public const string Files = "/opt/wd40";

    private const int SigTerm = 15;

    // Bounds in guest time: 0.1 s each, so one minute to start and half a minute to leave.
    private const int StartTries = 600;
    private const int StopTries = 300;

    private readonly Guest _guest;
    private readonly Candidate _candidate;
    private readonly GuestJob _job;

    private GuestScheduler(Guest guest, Candidate candidate, GuestJob job)
    {
        _guest = guest;
        _candidate = candidate;
        _job = job;
    }

    /// <summary>Starts a scheduler and waits until the kernel has enabled it.</summary>
    /// <exception cref="VmException">Another one is active, or it did not come up; with what it printed.</exception>
    /// <exception cref="GuestDeadException">The guest died.</exception>
    public static async Task<GuestScheduler> StartAsync(Guest guest, Candidate candidate, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(guest);
        ArgumentNullException.ThrowIfNull(candidate);
        await WaitDisabledAsync(guest, $"before the start of {candidate.Name}", cancellation).ConfigureAwait(false);
        GuestJob job = await guest.StartAsync($"PATH={Files}:$PATH; export PATH; exec {candidate.Command}", null, cancellation).ConfigureAwait(false);
        GuestScheduler scheduler = new(guest, candidate, job);
        string wait = $"i=0; while [ $i -lt {StartTries} ]; do {InCharge(candidate)} && exit 0; sleep 0.1; i=$((i+1)); done; exit 1";
        Task<GuestResult> waiting = guest.RunAsync(wait, null, null, cancellation);
        while (!waiting.IsCompleted && !job.HasEnded)
        {
            await Task.WhenAny(waiting, Task.Delay(TimeSpan.FromMilliseconds(200), cancellation)).ConfigureAwait(false);
        }

        if (job.HasEnded || (await waiting.ConfigureAwait(false)).ExitCode != 0)
        {
            string what = job.HasEnded ? "ended before the kernel had enabled it" : "was not enabled within a minute of guest time";
            await job.KillAsync(SigTerm, cancellation).ConfigureAwait(false);
            GuestResult result = await job.WaitAsync(TimeSpan.FromMinutes(1), cancellation).ConfigureAwait(false);
            throw new VmException($"{candidate.Name} {what} (exit code {result.ExitCode}): {LastLines(result)}");
        }

        return scheduler;
    }

    /// <summary>Makes sure that it is still the scheduler in charge: a run under another one must not count as its own.</summary>
    /// <exception cref="VmException">It is not; with what it printed.</exception>
    public async Task CheckAsync(CancellationToken cancellation = default)
    {
        GuestResult result = await _guest.RunAsync(InCharge(_candidate), null, null, cancellation).ConfigureAwait(false);
        if (result.ExitCode == 0)
        {
            return;
        }

        await _job.KillAsync(SigTerm, cancellation).ConfigureAwait(false);
        GuestResult end = await _job.WaitAsync(TimeSpan.FromMinutes(1), cancellation).ConfigureAwait(false);
        throw new VmException($"{_candidate.Name} was thrown out during the run (exit code {end.ExitCode}): {LastLines(end)}");
    }

    /// <summary>Ends it with SIGTERM and waits until the kernel is back on the default scheduler.</summary>
    /// <exception cref="VmException">It did not end with exit code 0, or the kernel did not go back.</exception>
    public async Task StopAsync(CancellationToken cancellation = default)
    {
        await _job.KillAsync(SigTerm, cancellation).ConfigureAwait(false);
        GuestResult result = await _job.WaitAsync(null, cancellation).ConfigureAwait(false);
        await WaitDisabledAsync(_guest, $"after the end of {_candidate.Name}", cancellation).ConfigureAwait(false);
        // A scheduler without a handler of its own for SIGTERM ends by the signal; detached is what counts.
        if (result.ExitCode != 0 && result.ExitCode != 128 + SigTerm)
        {
            throw new VmException($"{_candidate.Name} ended with exit code {result.ExitCode} after SIGTERM: {LastLines(result)}");
        }
    }

    private static string InCharge(Candidate candidate) =>
        "[ \"$(cat /sys/kernel/sched_ext/state)\" = enabled ] && "
        + $"case \"$(cat /sys/kernel/sched_ext/root/ops 2>/dev/null)\" in {candidate.Ops ?? candidate.Name}*) true;; *) false;; esac";

    private static async Task WaitDisabledAsync(Guest guest, string when, CancellationToken cancellation)
    {
        string wait = $"i=0; while [ $i -lt {StopTries} ]; do [ \"$(cat /sys/kernel/sched_ext/state)\" = disabled ] && exit 0; sleep 0.1; i=$((i+1)); done; "
            + "cat /sys/kernel/sched_ext/state; exit 1";
        GuestResult result = await guest.RunAsync(wait, null, null, cancellation).ConfigureAwait(false);
        if (result.ExitCode != 0)
        {
            throw new VmException($"{when}: sched_ext is '{result.Output.Trim()}' and not 'disabled' (a kernel without sched_ext has no state); {result.Error.Trim()}");
        }
    }

    private static string LastLines(GuestResult result)
    {
        string[] lines = $"{result.Output}\n{result.Error}".Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return lines.Length == 0 ? "it printed nothing" : string.Join(" | ", lines.TakeLast(15));
    }
}
