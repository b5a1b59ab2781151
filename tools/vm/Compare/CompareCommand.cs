// SPDX-License-Identifier: GPL-2.0-only
using System.CommandLine;
using System.CommandLine.Parsing;
using Spectre.Console;

namespace Wd40.Vm.Compare;

/// <summary><c>wd40 compare</c>: a scheduler against the default one, in rounds of one boot, with verdicts.</summary>
public static class CompareCommand
{
    /// <summary>Guest failures and wrong arguments; a bar that is missed exits the same way.</summary>
    private const int Failed = (int)Outcome.Missed;

    private static readonly TimeSpan _lifeLimit = TimeSpan.FromHours(6);
    private static readonly Candidate _standard = new("wd40", "wd40 run wd40");

    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var kernel = new Option<string>("--kernel")
        {
            Description = "kernel series (6.18), 'newest', or the path of a bzImage",
            DefaultValueFactory = _ => KernelCatalog.Newest,
        };
        var append = new Option<string>("--append") { Description = "more kernel arguments", DefaultValueFactory = _ => "" };
        var topology = new Option<VmTopology>("--topology")
        {
            Description = "NODES,LLCS-PER-NODE,CORES-PER-LLC[,THREADS]; 1,2,4 when not given",
            CustomParser = argument => Read(argument, text => VmTopology.Parse(text)),
        };
        var files = new Option<string>("--files")
        {
            Description = "directory with wd40, libbpf.so.1 and wd40-load; the guest finds it as /opt/wd40",
            DefaultValueFactory = _ => AppContext.BaseDirectory,
        };
        var rounds = new Option<int>("--rounds") { Description = "rounds in the boot; bars need 5 (3 at the least)", DefaultValueFactory = _ => 5 };
        var scenarios = new Option<string[]>("--scenarios")
        {
            Description = $"any of {string.Join(", ", ScenarioCatalog.All.Select(scenario => scenario.Name))}; all when not given",
            AllowMultipleArgumentsPerToken = true,
        };
        var ours = new Option<Candidate>("--ours")
        {
            Description = "command line of the scheduler under test, 'wd40 run wd40' when not given; NAME=COMMAND when the kernel's name for it does not begin with wd40",
            CustomParser = argument => Read(argument, OursFrom),
        };
        var peers = new Option<Candidate[]>("--peer")
        {
            Description = "NAME=COMMAND of another scheduler that runs in each round, LABEL:NAME=COMMAND of another build of one that does; may be repeated",
            CustomParser = argument => ReadAll(argument, Candidate.Parse),
        };
        var bars = new Option<Bar[]>("--bar")
        {
            Description = "SCENARIO.FIGURE=LIMIT, a ratio to the default scheduler (value itself: idle_share, jain_index, missed_frames, or 'abs' behind it); may be repeated",
            CustomParser = argument => ReadAll(argument, Bar.Parse),
        };
        var noParallel = new Option<bool>("--no-parallel") { Description = "no round with multi-threaded emulation beside the throughputs" };
        var json = new Option<bool>("--json") { Description = "print one JSON object" };
        rounds.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 1000)
            {
                result.AddError($"--rounds {result.GetValueOrDefault<int>()}: from 1 to 1000");
            }
        });
        scenarios.Validators.Add(result =>
        {
            try
            {
                ScenarioCatalog.Select([.. result.Tokens.Select(token => token.Value)]);
            }
            catch (FormatException e)
            {
                result.AddError(e.Message);
            }
        });
        var command = new Command("compare", "Compare a scheduler with the default one in one boot. Exit code: 0 bars met, 1 missed or failed, 2 inconclusive.")
        {
            kernel, append, topology, files, rounds, scenarios, ours, peers, bars, noParallel, json,
        };
        command.SetAction((parsed, cancellation) =>
        {
            Bar[] wanted = parsed.GetValue(bars) ?? [];
            string[] names = parsed.GetValue(scenarios) ?? [];
            return RunAsync(
                new CompareOptions
                {
                    Guest = new GuestOptions
                    {
                        Kernel = parsed.GetValue(kernel)!,
                        Append = parsed.GetValue(append)!,
                        Topology = parsed.GetValue(topology) ?? VmTopology.TwoLlcs,
                        Files = [new GuestFile(parsed.GetValue(files)!, GuestScheduler.Files)],
                        LifeLimit = _lifeLimit,
                    },
                    Rounds = parsed.GetValue(rounds),
                    // A bar without its scenario would silently go unjudged.
                    Scenarios = ScenarioCatalog.Select(names.Length == 0 ? names : [.. names, .. wanted.Select(bar => bar.Scenario)]),
                    Ours = parsed.GetValue(ours) ?? _standard,
                    Peers = parsed.GetValue(peers) ?? [],
                    Bars = wanted,
                    Parallel = !parsed.GetValue(noParallel),
                },
                parsed.GetValue(json),
                cancellation);
        });
        return command;
    }

    private static async Task<int> RunAsync(CompareOptions options, bool json, CancellationToken cancellation)
    {
        var progress = new ConsoleProgress();
        if (options.Bars.Count > 0 && options.Rounds < 5)
        {
            progress.Report($"note: {options.Rounds} rounds; a bar asks for 5");
        }

        try
        {
            Candidate.RequireDistinct(options.Candidates);
            Comparison comparison = new(options, progress);
            Rounds judged = await comparison.RunAsync(ClockMode.InstructionCount, options.Rounds, cancellation).ConfigureAwait(false);
            bool beside = options.Parallel && options.Scenarios.Any(scenario => scenario.Figures.Any(figure => figure.NeedsBusyMachine));
            Rounds? parallel = beside ? await comparison.RunAsync(ClockMode.Parallel, 1, cancellation).ConfigureAwait(false) : null;
            CompareReport report = Report(options, judged, parallel);
            if (json)
            {
                using Stream output = Console.OpenStandardOutput();
                report.WriteJson(output);
                output.WriteByte((byte)'\n');
            }
            else
            {
                report.Print(AnsiConsole.Console);
            }

            return (int)report.Outcome;
        }
        catch (Exception e) when (e is VmException or FormatException or OperationCanceledException)
        {
            await Console.Error.WriteLineAsync($"wd40 compare: {(e is OperationCanceledException ? "interrupted" : e.Message)}").ConfigureAwait(false);
            return Failed;
        }
    }

    private static CompareReport Report(CompareOptions options, Rounds judged, Rounds? parallel)
    {
        IReadOnlyList<FigureSummary> ours = judged.Summarize(options.Ours.Name);
        return new CompareReport(
            $"kernel {options.Guest.Kernel}, {options.Guest.Topology}",
            [.. ours, .. options.Peers.SelectMany(peer => judged.Summarize(peer.Name))],
            parallel is null ? [] : [.. options.Candidates.SelectMany(candidate => parallel.Summarize(candidate.Name))],
            [.. options.Bars.Select(bar => Verdict.Of(bar, ours.Single(summary => summary.Scenario == bar.Scenario && summary.Figure == bar.Figure)))]);
    }

    private static Candidate OursFrom(string text)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        int blank = text.IndexOf(' ', StringComparison.Ordinal);
        // NAME= comes before the first blank; a '=' behind it belongs to an option of the command.
        return equals > 0 && (blank < 0 || equals < blank) ? Candidate.Parse(text) : new Candidate("wd40", text);
    }

    private static T? Read<T>(ArgumentResult argument, Func<string, T> parse)
        where T : class
    {
        try
        {
            return parse(argument.Tokens[^1].Value);
        }
        catch (FormatException e)
        {
            argument.AddError(e.Message);
            return null;
        }
    }

    private static T[]? ReadAll<T>(ArgumentResult argument, Func<string, T> parse)
    {
        try
        {
            return [.. argument.Tokens.Select(token => parse(token.Value))];
        }
        catch (FormatException e)
        {
            argument.AddError(e.Message);
            return null;
        }
    }

    private sealed class ConsoleProgress : IProgress<string>
    {
        private readonly long _began = Environment.TickCount64;

        public void Report(string value) => Console.Error.WriteLine($"{(Environment.TickCount64 - _began) / 1000,4} s  {value}");
    }
}
