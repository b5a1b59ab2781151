// SPDX-License-Identifier: GPL-2.0-only
using System.CommandLine;
using Wd40.ArenaRuntime;
using Wd40.Schedulers;

namespace Wd40.Tool.CommandLine;

/// <summary><c>wd40 run NAME</c> of a built-in scheduler: checks the command line as a whole and hands it to the scheduler.</summary>
public sealed class RunSchedulerCommand
{
    /// <summary>Creates the command.</summary>
    /// <param name="name">Of the scheduler.</param>
    /// <param name="description">What it is, after its name.</param>
    /// <param name="table">Its options.</param>
    /// <param name="run">Runs the scheduler; returns what the process exits with.</param>
    public RunSchedulerCommand(
        string name, string description, SchedulerOptionTable table, Func<SchedulerDefinition, Wd40Options, InvocationConfiguration, int> run)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(run);
        Table = table;
        Command = new Command(name, $"Run {name}: {description}");
        table.AddTo(Command);
        Command.Options.Add(new VersionOption());
        Command.SetAction(parsed =>
        {
            var environment = SchedulerEnvironment.Read(Environment.GetEnvironmentVariable, out var error);
            error ??= table.Contradiction(parsed);
            try
            {
                if (error is null)
                {
                    var options = table.Read(parsed, environment);
                    return run(table.Define(options), options, parsed.InvocationConfiguration);
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
    public Command Command { get; }

    /// <summary>Its options.</summary>
    public SchedulerOptionTable Table { get; }
}
