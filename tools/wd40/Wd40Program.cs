// SPDX-License-Identifier: GPL-2.0-only
using System.CommandLine;
using System.Globalization;
using Wd40.ArenaRuntime;
using Wd40.ArenaRuntime.Layout;
using Wd40.Schedulers;
using Wd40.Schedulers.Statistics;
using Wd40.Schedulers.Trials;
using Wd40.Schedulers.UserSpace;
using Wd40.Tool.CommandLine;
using Wd40.Tool.Statistics;

namespace Wd40.Tool;

/// <summary>What <c>wd40 run</c> does with a scheduler and its options: run, monitor, describe or try the scheduler.</summary>
public static class Wd40Program
{
    /// <summary>Does what the options say.</summary>
    /// <param name="scheduler">What to run.</param>
    /// <param name="options">The options.</param>
    /// <param name="configuration">Where output and errors go.</param>
    /// <returns>What the process exits with.</returns>
    public static int Run(SchedulerDefinition scheduler, Wd40Options options, InvocationConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(scheduler);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(configuration);
        if (options.HelpStats)
        {
            StatsHelp.Print(scheduler.Policy is null ? StatsSchema.Create(WdStats.Counters) : PolicyStatsSchema.Create(WdUserStats.Counters), configuration.Output);
            return (int)ExitCode.Clean;
        }
        if (options.MonitorSeconds is { } seconds)
            return Monitor(seconds, options);
        if (RuntimeSettings.Contradiction(options.Debuggable, Environment.GetEnvironmentVariable) is { } contradiction)
        {
            configuration.Error.WriteLine($"wd40: {contradiction}");
            return (int)ExitCode.Usage;
        }
        var log = new SchedulerLog(configuration.Error, scheduler.Name, options.Verbosity);
        BpfLog.Sink = log.FromLibbpf;
        var host = new SchedulerHost(scheduler, options, log);
        return options.DryRun ? DryRun(scheduler.Name, host, options, configuration) : RunScheduler(scheduler.Name, host, options, configuration);
    }

    private static int Monitor(double seconds, Wd40Options options)
    {
        using var stop = new CancellationTokenSource();
        using var interrupt = new StopRequest(stop.Cancel);
        return (int)MonitorClient.RunAsync(MonitorOptions.From(options, seconds), stop.Token).GetAwaiter().GetResult();
    }

    private static int DryRun(string name, SchedulerHost host, Wd40Options options, InvocationConfiguration configuration)
    {
        try
        {
            var report = host.DryRun();
            if (options.Json)
                configuration.Output.WriteLine(report.ToJson());
            else
                report.Print(configuration.Output);
            return (int)ExitCode.Clean;
        }
        catch (SchedulerException failure)
        {
            return Finish(ExitReport.FromFailure(name, failure), options, configuration);
        }
    }

    private static int RunScheduler(string name, SchedulerHost host, Wd40Options options, InvocationConfiguration configuration)
    {
        using var stop = new StopRequest();
        ExitReport report;
        // Its own process, so that its allocations never stop the scheduler's threads; gone before the report, so that lines do not mix.
        using (options.StatsSeconds is { } seconds ? MonitorProcess.Start(MonitorCommand(), MonitorOptions.From(options, seconds)) : null)
            report = options.TrialSeconds is { } length ? Try(name, host, stop, length, options, configuration) : host.Run(stop);
        return Finish(report, options, configuration);
    }

    private static ExitReport Try(
        string name, SchedulerHost host, StopRequest stop, double seconds, Wd40Options options, InvocationConfiguration configuration)
    {
        var trial = new Trial(name, TimeSpan.FromSeconds(seconds), TimeProvider.System, () => SystemCounters.Read(),
            report => Print(report, options, configuration));
        using var keep = new KeepRequest(() => trial.Confirm(), KeepRequest.OpenTerminal());
        configuration.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{name}: trial of {seconds:0.###} s; to keep it: kill -USR1 {Environment.ProcessId}, or type {KeepRequest.Word} and Enter"));
        return host.Run(stop, trial);
    }

    private static void Print(TrialReport report, Wd40Options options, InvocationConfiguration configuration)
    {
        if (options.Json)
            configuration.Output.WriteLine(report.ToJson());
        else
            report.Print(configuration.Output);
        configuration.Output.Flush();
    }

    /// <summary>The child is started by the resolved path of this program, which is not the name this process was called by.</summary>
    private static string[] MonitorCommand() =>
        InvokedName.IsSchedulerAlias(Path.GetFileName(Environment.ProcessPath ?? "")) ? [] : ["run", Wd40Scheduler.Name];

    private static int Finish(ExitReport report, Wd40Options options, InvocationConfiguration configuration)
    {
        report.Print(configuration.Error);
        if (report.Trial is { } trial)
            Print(trial, options, configuration);
        if (options.ReportPath is null)
            return report.ExitCode;
        try
        {
            report.Save(options.ReportPath);
            return report.ExitCode;
        }
        catch (SchedulerException failure)
        {
            configuration.Error.WriteLine($"{report.Scheduler}: error: {failure.Message}");
            configuration.Error.WriteLine($"{report.Scheduler}: {failure.Remedy}");
            // The cause of the end counts for more than the report of it.
            return report.ExitCode == (int)ExitCode.Clean ? (int)failure.ExitCode : report.ExitCode;
        }
    }
}
