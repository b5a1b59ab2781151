// SPDX-License-Identifier: GPL-2.0-only
using System.CommandLine;
using Wd40.ArenaRuntime;
using Wd40.Schedulers;

namespace Wd40.Tool.CommandLine;

/// <summary><c>wd40 run wd40</c>: checks the command line as a whole and hands it to the scheduler.</summary>
public sealed class RunWd40Command
{
    /// <summary>Creates the command.</summary>
    /// <param name="run">Runs the scheduler; returns what the process exits with.</param>
    public RunWd40Command(Func<SchedulerDefinition, Wd40Options, InvocationConfiguration, int> run)
    {
        ArgumentNullException.ThrowIfNull(run);
        Table.AddTo(Command);
        Command.Options.Add(new VersionOption());
        Command.SetAction(parsed =>
        {
            var environment = SchedulerEnvironment.Read(Environment.GetEnvironmentVariable, out var error);
            error ??= Table.Contradiction(parsed);
            if (error is null)
            {
                var options = Table.Read(parsed, environment);
                return run(Wd40Scheduler.Define(options), options, parsed.InvocationConfiguration);
            }
            parsed.InvocationConfiguration.Error.WriteLine($"wd40: {error}");
            return (int)ExitCode.Usage;
        });
    }

    /// <summary>The command as the parser knows it.</summary>
    public Command Command { get; } = new("wd40", "Run wd40: domains by last-level cache, latency-aware order, two-level load balancing.");

    /// <summary>Its options.</summary>
    public Wd40OptionTable Table { get; } = new();
}
