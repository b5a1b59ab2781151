// SPDX-License-Identifier: GPL-2.0-only
using System.CommandLine;
using System.Globalization;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Wd40.ArenaRuntime;
using Wd40.Schedulers;
using Wd40.Schedulers.Live;
using Wd40.Tool.Statistics;

namespace Wd40.Tool.CommandLine;

/// <summary><c>wd40 tune</c>: shows and changes settings of a running scheduler.</summary>
public static class TuneCommand
{
    private static readonly JsonSerializerOptions _indented = new() { WriteIndented = true };

    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var settings = new Argument<string[]>("settings")
        {
            Description = "NAME=VALUE, any number; none: only show. Names: " + string.Join("; ", LiveTunables.All.Select(Describe)) + ".",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var path = new Option<string>("--stats-path")
        {
            Description = "The statistics socket of the scheduler.",
            DefaultValueFactory = _ => Wd40Options.DefaultStatsPath,
        };
        var json = new Option<bool>("--json") { Description = "Print the settings in force as JSON." };
        var command = new Command("tune", "Show settings of the running scheduler, or change them without detaching it.");
        command.Arguments.Add(settings);
        command.Options.Add(path);
        command.Options.Add(json);
        command.SetAction(async (parsed, cancellation) =>
        {
            var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            if (ToRequest(parsed.GetValue(settings) ?? [], out var wrong) is not { } request)
                return Fail(error, ExitCode.Usage, wrong!);
            try
            {
                using var client = await StatsClient.ConnectAsync(parsed.GetValue(path)!, cancellation);
                Print(output, await client.RequestAsync(request, cancellation), parsed.GetValue(json));
                return (int)ExitCode.Clean;
            }
            catch (StatsRefusedException refused)
            {
                return Fail(error, ExitCode.Usage, $"the scheduler refused, and changed nothing: {refused.Message}");
            }
            catch (Exception failure) when (failure is SocketException or IOException)
            {
                return Fail(error, ExitCode.Failure, $"no scheduler answers at {parsed.GetValue(path)}: {failure.Message}. "
                    + "Start one with `wd40 run`, or name its socket with --stats-path.");
            }
        });
        return command;
    }

    /// <summary>The request line; null when a setting cannot be read, and then what is wrong with it.</summary>
    private static string? ToRequest(IEnumerable<string> settings, out string? wrong)
    {
        var changes = new JsonObject();
        foreach (var setting in settings)
        {
            var (name, value) = setting.IndexOf('=') is > 0 and var at ? (setting[..at], setting[(at + 1)..]) : (setting, "");
            JsonNode? node = bool.TryParse(value, out var truth) ? JsonValue.Create(truth)
                : double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
                    ? JsonValue.Create(number) : null;
            if (node is null || changes.ContainsKey(name))
            {
                wrong = node is null ? $"'{setting}' is no setting; valid: NAME=NUMBER or NAME=true or NAME=false" : $"'{name}' is given twice";
                return null;
            }
            changes.Add(name, node);
        }
        wrong = null;
        return new JsonObject { ["req"] = "tune", ["args"] = changes }.ToJsonString();
    }

    private static void Print(TextWriter output, JsonElement settings, bool json)
    {
        if (json)
        {
            output.WriteLine(JsonNode.Parse(settings.GetRawText())!.ToJsonString(_indented));
            return;
        }
        foreach (var setting in settings.EnumerateObject())
            output.WriteLine($"{setting.Name}={setting.Value.GetRawText()}");
    }

    private static string Describe(LiveTunable tunable) => $"{tunable.Name} ({tunable.Range})";

    private static int Fail(TextWriter error, ExitCode code, string message)
    {
        error.WriteLine($"wd40: {message}");
        return (int)code;
    }
}
