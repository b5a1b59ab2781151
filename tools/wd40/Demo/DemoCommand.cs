// SPDX-License-Identifier: GPL-2.0-only
using System.CommandLine;
using Spectre.Console;
using Wd40.ArenaRuntime;
using Wd40.Vm;

namespace Wd40.Tool.Demo;

/// <summary><c>wd40 demo</c>: what ./run.sh runs.</summary>
internal static class DemoCommand
{
    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(15);

    public static Command Create()
    {
        var host = new Option<bool>("--host") { Description = "run on this machine, which must have sched_ext, instead of in a virtual machine" };
        var kernel = new Option<string>("--kernel")
        {
            Description = "kernel series (6.18), 'newest', or the path of a bzImage",
            DefaultValueFactory = _ => KernelCatalog.Newest,
        };
        var append = new Option<string>("--append") { Description = "more kernel arguments", DefaultValueFactory = _ => "" };
        var topology = new Option<string>("--topology")
        {
            Description = "NODES,LLCS-PER-NODE,CORES-PER-LLC[,THREADS]",
            DefaultValueFactory = _ => "1,2,4",
        };
        var files = new Option<string>("--files")
        {
            Description = "directory with wd40, libbpf.so.1 and wd40-load",
            DefaultValueFactory = _ => AppContext.BaseDirectory,
        };
        var seconds = new Option<int>("--seconds") { Description = "measured window of each load, seconds of guest time", DefaultValueFactory = _ => 10 };
        seconds.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 4 or > 600)
                result.AddError($"--seconds {result.GetValueOrDefault<int>()}: from 4 to 600");
        });
        var json = new Option<bool>("--json") { Description = "print the report as one JSON object" };
        var command = new Command("demo", "Show wd40 at work: one mixed load under the default scheduler and under wd40, in one boot.")
        {
            host, kernel, append, topology, files, seconds, json,
        };
        command.SetAction((parsed, cancellation) => RunAsync(
            new DemoOptions(
                parsed.GetValue(host), parsed.GetValue(kernel)!, parsed.GetValue(append)!, VmTopology.Parse(parsed.GetValue(topology)!),
                parsed.GetValue(files)!, parsed.GetValue(seconds), parsed.GetValue(json)),
            cancellation));
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
            var report = await new Demonstration(machine, options, progress).RunAsync(limit.Token);
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
