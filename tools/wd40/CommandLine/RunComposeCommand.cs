// SPDX-License-Identifier: GPL-2.0-only
using System.CommandLine;
using Wd40.ArenaRuntime;
using Wd40.Schedulers;

namespace Wd40.Tool.CommandLine;

/// <summary><c>wd40 run compose</c>: a scheduler of modules that are chosen on the command line.</summary>
public sealed class RunComposeCommand
{
    /// <summary>Creates the command.</summary>
    /// <param name="run">Runs the scheduler; returns what the process exits with.</param>
    public RunComposeCommand(Func<SchedulerDefinition, Wd40Options, InvocationConfiguration, int> run)
    {
        ArgumentNullException.ThrowIfNull(run);
        Table.AddTo(Command);
        Command.Options.Add(new VersionOption());
        Command.SetAction(parsed =>
        {
            var environment = SchedulerEnvironment.Read(Environment.GetEnvironmentVariable, out var error);
            try
            {
                var scheduler = Table.Define(parsed);
                error ??= Table.Unread(parsed, scheduler) ?? Table.Contradiction(parsed);
                if (error is null)
                {
                    var options = Table.Read(parsed, environment) with { ModuleSettings = Table.ReadSettings(parsed, scheduler) };
                    return run(scheduler, options, parsed.InvocationConfiguration);
                }
            }
            catch (SchedulerException refused)
            {
                parsed.InvocationConfiguration.Error.WriteLine($"wd40: {refused.Message}. {refused.Remedy}");
                return (int)refused.ExitCode;
            }
            parsed.InvocationConfiguration.Error.WriteLine($"wd40: {error}");
            return (int)ExitCode.Usage;
        });
    }

    /// <summary>The command as the parser knows it.</summary>
    public Command Command { get; } = new("compose", "Run a scheduler of one core and one module a slot; wd40 modules describes them.");

    /// <summary>Its options.</summary>
    public ComposeOptionTable Table { get; } = new();
}
