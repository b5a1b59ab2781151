// SPDX-License-Identifier: GPL-2.0-only
using System.CommandLine;
using Spectre.Console;
using Wd40.ArenaRuntime;
using Wd40.Schedulers;
using Wd40.Vm;

namespace Wd40.Tool.Demo;

/// <summary><c>wd40 demo</c>: what ./run.sh runs.</summary>
internal static class DemoCommand
{
    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(15);

    private static readonly string[] _schedulers = [Wd40Scheduler.Name, RustlandScheduler.Name, RustyScheduler.Name];

    public static Command Create()
    {
        var scheduler = new Argument<string>("scheduler")
        {
            Description = "rustland: a game (60 frames a second) beside a parallel build; wd40, rusty: a crowd of hogs on one domain, a sleeper, hackbench",
            DefaultValueFactory = _ => Wd40Scheduler.Name,
        };
        scheduler.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && !_schedulers.Contains(result.Tokens[0].Value))
                result.AddError($"there is no demonstration of '{result.Tokens[0].Value}'; name one of {string.Join(", ", _schedulers)}");
        });
        var host = new Option<bool>("--host") { Description = "run on this machine, which must have sched_ext, instead of in a virtual machine" };
        var kernel = new Option<string>("--kernel")
        {
            Description = "kernel series (6.18), 'newest', or the path of a bzImage",
            DefaultValueFactory = _ => KernelCatalog.Newest,
        };
        var append = new Option<string>("--append") { Description = "more kernel arguments", DefaultValueFactory = _ => "" };
        var topology = new Option<string?>("--topology") { Description = "NODES,LLCS-PER-NODE,CORES-PER-LLC[,THREADS]; 1,2,4 when not given, for rustland 1,1,4" };
        topology.Validators.Add(result =>
        {
            try
            {
                if (result.Tokens.Count > 0)
                    VmTopology.Parse(result.Tokens[^1].Value);
            }
            catch (FormatException e)
            {
                result.AddError(e.Message);
            }
        });
        var files = new Option<string>("--files")
        {
            Description = "directory with wd40, libbpf.so.1 and wd40-load",
            DefaultValueFactory = _ => AppContext.BaseDirectory,
        };
        var seconds = new Option<int?>("--seconds") { Description = "measured window of each load, seconds of guest time, 4 to 600; 10 when not given, for rustland 20" };
        seconds.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() is < 4 or > 600)
                result.AddError($"--seconds {result.GetValueOrDefault<int?>()}: from 4 to 600");
        });
        var json = new Option<bool>("--json") { Description = "print the report as one JSON object" };
        var command = new Command("demo", "Show a scheduler at work: one load under the default scheduler and under it, in one boot.")
        {
            scheduler, host, kernel, append, topology, files, seconds, json,
        };
        command.SetAction((parsed, cancellation) =>
        {
            string name = parsed.GetValue(scheduler)!;
            bool frames = name == RustlandScheduler.Name;
            return RunAsync(
                new DemoOptions(
                    name, parsed.GetValue(host), parsed.GetValue(kernel)!, parsed.GetValue(append)!,
                    VmTopology.Parse(parsed.GetValue(topology) ?? (frames ? "1,1,4" : "1,2,4")),
                    parsed.GetValue(files)!, parsed.GetValue(seconds) ?? (frames ? 20 : 10), parsed.GetValue(json)),
                cancellation);
        });
        return command;
    }

    private static async Task<int> RunAsync(DemoOptions options, CancellationToken cancellation)
    {
        var progress = new ConsoleProgress();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(_limit);
        try
        {
            if (options.Host && HostMachine.Unfit() is { } unfit)
            {
                await Console.Error.WriteLineAsync($"wd40 demo: {unfit}");
                return (int)ExitCode.UnfitMachine;
            }
            await using IDemoMachine machine = options.Host ? new HostMachine(options.Files) : await BootAsync(options, progress, limit.Token);
            IDemoReport report = options.Scheduler == RustlandScheduler.Name
                ? await new FrameDemonstration(machine, options, progress).RunAsync(limit.Token)
                : await new LoadDemonstration(machine, options, progress).RunAsync(limit.Token);
            if (options.Json)
                report.PrintJson(Console.Out);
            else
                report.Print(AnsiConsole.Console);
            return report.Success ? 0 : 1;
        }
        catch (Exception e) when (e is VmException or InvalidOperationException or FormatException or OperationCanceledException)
        {
            await Console.Error.WriteLineAsync($"wd40 demo: {(e is OperationCanceledException ? "interrupted, or not done within 15 minutes" : e.Message)}");
            return 1;
        }
    }

    private static async Task<IDemoMachine> BootAsync(DemoOptions options, IProgress<string> progress, CancellationToken cancellation)
    {
        // Instruction-count mode: the figures of both schedulers are compared.
        var guest = await Guest.BootAsync(
            new GuestOptions
            {
                Kernel = options.Kernel,
                Append = options.Append,
                Topology = options.Topology,
                Clock = ClockMode.InstructionCount,
                Files = [new GuestFile(options.Files, "/opt/wd40")],
            },
            progress, cancellation);
        return new GuestMachine(guest);
    }

    private sealed class ConsoleProgress : IProgress<string>
    {
        private readonly long _began = Environment.TickCount64;

        public void Report(string value) => Console.Error.WriteLine($"{(Environment.TickCount64 - _began) / 1000,4} s  {value}");
    }
}
