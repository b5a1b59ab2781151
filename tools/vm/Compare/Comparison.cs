// SPDX-License-Identifier: GPL-2.0-only
using System.Globalization;

namespace Wd40.Vm.Compare;

/// <summary>Runs rounds in one boot: the default scheduler, ours, the peers, the default scheduler again.</summary>
/// <param name="options">What to compare.</param>
/// <param name="progress">Receives a line for each step.</param>
public sealed class Comparison(CompareOptions options, IProgress<string> progress)
{
    private const string Program = $"{GuestScheduler.Files}/wd40-load";

    /// <summary>Boots, runs all rounds and powers off.</summary>
    /// <param name="clock">How guest time passes.</param>
    /// <param name="count">Rounds.</param>
    /// <exception cref="VmException">A scheduler did not start, was thrown out or did not stop; a workload failed; the kernel complained.</exception>
    /// <exception cref="GuestDeadException">The guest died.</exception>
    public async Task<Rounds> RunAsync(ClockMode clock, int count, CancellationToken cancellation = default)
    {
        Guest guest = await Guest.BootAsync(options.Guest with { Clock = clock }, progress, cancellation).ConfigureAwait(false);
        await using (guest.ConfigureAwait(false))
        {
            WorkSpeed speed = await MeasureSpeedAsync(guest, cancellation).ConfigureAwait(false);
            Rounds rounds = new(options.Scenarios, clock == ClockMode.InstructionCount);
            for (int round = 1; round <= count; round++)
            {
                rounds.Begin();
                progress.Report($"round {round} of {count}");
                await RunScenariosAsync(guest, rounds, Rounds.First, speed, null, cancellation).ConfigureAwait(false);
                foreach (Candidate candidate in options.Candidates)
                {
                    GuestScheduler scheduler = await GuestScheduler.StartAsync(guest, candidate, cancellation).ConfigureAwait(false);
                    await RunScenariosAsync(guest, rounds, candidate.Name, speed, scheduler, cancellation).ConfigureAwait(false);
                    await scheduler.StopAsync(cancellation).ConfigureAwait(false);
                }

                await RunScenariosAsync(guest, rounds, Rounds.Second, speed, null, cancellation).ConfigureAwait(false);
            }

            await CheckKernelAsync(guest, cancellation).ConfigureAwait(false);
            return rounds;
        }
    }

    private async Task RunScenariosAsync(
        Guest guest, Rounds rounds, string name, WorkSpeed speed, GuestScheduler? scheduler, CancellationToken cancellation)
    {
        foreach (ScenarioDefinition scenario in options.Scenarios)
        {
            string command = $"{Program} {scenario.Command}{speed.OptionFor(scenario)}";
            GuestResult result = await guest.RunAsync(command, null, null, cancellation).ConfigureAwait(false);
            if (scheduler is not null)
            {
                await scheduler.CheckAsync(cancellation).ConfigureAwait(false);
            }

            Measurement measurement = Measurement.Read(scenario, result.EnsureSuccess().Output);
            rounds.Add(name, scenario.Name, measurement);
            progress.Report($"  {name}: {scenario.Name}: {Describe(measurement)}");
        }
    }

    /// <summary>Checks the workload program's arithmetic and measures its work loop once, so that every run does the same work.</summary>
    private static async Task<WorkSpeed> MeasureSpeedAsync(Guest guest, CancellationToken cancellation)
    {
        GuestResult result = await guest.RunAsync($"{Program} selftest", null, null, cancellation).ConfigureAwait(false);
        return WorkSpeed.Read(result.EnsureSuccess().Output);
    }

    private static async Task CheckKernelAsync(Guest guest, CancellationToken cancellation)
    {
        string[] trouble = [.. KernelLogGate.Default.Check(await guest.ReadKernelLogAsync(cancellation).ConfigureAwait(false))];
        if (trouble.Length > 0)
        {
            throw new VmException($"the kernel complained: {string.Join(" | ", trouble.Take(20))}");
        }
    }

    private static string Describe(Measurement measurement)
    {
        if (measurement.Void is { } reason)
        {
            return $"void: {reason}";
        }

        IEnumerable<string> figures = measurement.Figures.Select(f => string.Create(CultureInfo.InvariantCulture, $"{f.Key} {f.Value:G5}"));
        string idle = measurement.IdleShare is { } share ? string.Create(CultureInfo.InvariantCulture, $" (idle {share:F4})") : "";
        return string.Join(", ", figures) + idle;
    }
}
