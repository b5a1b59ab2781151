// SPDX-License-Identifier: GPL-2.0-only
using System.CommandLine;
using System.CommandLine.Help;
using Wd40.ArenaRuntime;
using Wd40.Schedulers;
using Wd40.Tool.Demo;
using Wd40.Vm;
using Wd40.Vm.Compare;

namespace Wd40.Tool.CommandLine;

/// <summary>All commands of the tool, and how a command line is run.</summary>
public sealed class CommandTree
{
    private readonly RootCommand _root = new("Wd40: sched_ext schedulers whose policy half is C# over BPF arenas.");

    /// <summary>Builds the tree.</summary>
    /// <param name="runScheduler">Runs a scheduler; returns what the process exits with.</param>
    public CommandTree(Func<SchedulerDefinition, Wd40Options, InvocationConfiguration, int> runScheduler)
    {
        var run = new Command("run", "Run a scheduler until it is stopped.");
        RunSchedulerCommand[] builtIn =
        [
            new(Wd40Scheduler.Name, "domains by last-level cache, latency-aware order, two-level load balancing.", new Wd40OptionTable(), runScheduler),
            new(RustyScheduler.Name, "as wd40, with domains by hand (--cpumasks) and no pull across nodes unless asked for.", new RustyOptionTable(),
                runScheduler),
            new(RustlandScheduler.Name, "a policy in C# in this process decides about every task.", new RustlandOptionTable(), runScheduler),
        ];
        var compose = new RunComposeCommand(runScheduler);
        foreach (var scheduler in builtIn)
            run.Subcommands.Add(scheduler.Command);
        run.Subcommands.Add(compose.Command);
        _root.Subcommands.Add(run);
        _root.Subcommands.Add(ModulesCommand.Create(Environment.GetEnvironmentVariable));
        _root.Subcommands.Add(TuneCommand.Create());
        _root.Subcommands.Add(DoctorCommand.Create(Environment.GetEnvironmentVariable));
        _root.Subcommands.Add(DemoCommand.Create());
        _root.Subcommands.Add(VmCommand.Create());
        _root.Subcommands.Add(CompareCommand.Create());
        var tables = builtIn.ToDictionary(scheduler => scheduler.Command, scheduler => (OptionTable)scheduler.Table);
        tables.Add(compose.Command, compose.Table);
        _root.Options.OfType<HelpOption>().Single().Action = new GroupedHelp(tables);
    }

    /// <summary>The command at the top.</summary>
    public Command Root => _root;

    /// <summary>Parses and runs a command line.</summary>
    /// <returns>What the process exits with, see <see cref="ExitCode"/>.</returns>
    public int Run(IReadOnlyList<string> arguments, InvocationConfiguration? configuration = null)
    {
        configuration ??= new InvocationConfiguration();
        // Failures carry exit codes of their own, so the library's handler would only get in the way. Its signal handling stays: it serves
        // commands that wait for a guest; a scheduler runs synchronously and handles signals itself.
        configuration.EnableDefaultExceptionHandler = false;
        var parsed = _root.Parse(arguments);
        if (parsed.Errors.Count > 0 && parsed.Action?.ClearsParseErrors != true)
        {
            foreach (var message in parsed.Errors.Select(error => error.Message).Distinct())
                configuration.Error.WriteLine($"wd40: {message}");
            configuration.Error.WriteLine("wd40: see --help for all options");
            return (int)ExitCode.Usage;
        }
        return parsed.Invoke(configuration);
    }
}
