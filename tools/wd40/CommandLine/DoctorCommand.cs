// SPDX-License-Identifier: GPL-2.0-only
using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Wd40.ArenaRuntime;

namespace Wd40.Tool.CommandLine;

/// <summary><c>wd40 doctor</c>: the checks that precede each start, all of them, with what to do about each failure.</summary>
public static class DoctorCommand
{
    private static readonly JsonSerializerOptions _indented = new() { WriteIndented = true };

    /// <summary>Creates the command.</summary>
    /// <param name="environment">Value of an environment variable by name, or null.</param>
    public static Command Create(Func<string, string?> environment)
    {
        var json = new Option<bool>("--json") { Description = "Print the findings as JSON." };
        var command = new Command("doctor", "Check whether this machine can run schedulers, and say what to do if not.");
        command.Options.Add(json);
        command.SetAction(parsed =>
        {
            var kernel = new KernelInterface(SchedulerEnvironment.Read(environment, out _).SysfsPrefix);
            using var types = new KernelTypes(kernel);
            var checks = new Doctor(kernel, types).Examine();
            var damaged = DamagedFunctions(types);
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
                output.WriteLine(ToJson(checks, damaged));
            else
                Print(output, checks, damaged);
            return (int)(checks.All(check => check.Passed) ? ExitCode.Clean : ExitCode.UnfitMachine);
        });
        return command;
    }

    /// <summary>Prints findings as text.</summary>
    public static void Print(TextWriter output, IReadOnlyList<DoctorCheck> checks, IReadOnlyList<string> damaged)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(checks);
        ArgumentNullException.ThrowIfNull(damaged);
        var width = checks.Max(check => check.Name.Length);
        foreach (var check in checks)
        {
            output.WriteLine($"{(check.Passed ? "ok  " : "FAIL")}  {check.Name.PadRight(width)}  {check.Finding}");
            if (!check.Passed)
                output.WriteLine($"      {"".PadRight(width)}  -> {check.Remedy}");
        }
        if (damaged.Count > 0)
        {
            var names = string.Join(", ", damaged);
            output.WriteLine($"warn  {"kernel functions".PadRight(width)}  damaged type information, calls are refused: {names}");
            output.WriteLine($"      {"".PadRight(width)}  -> A scheduler that needs one of them says so at its start; then boot another kernel build.");
        }
        output.WriteLine();
        output.WriteLine(checks.All(check => check.Passed) ? "This machine can run schedulers." : "This machine cannot run schedulers now.");
    }

    private static IReadOnlyList<string> DamagedFunctions(KernelTypes types)
    {
        try
        {
            return KernelFunctions.Damaged(types.Read());
        }
        catch (SchedulerException)
        {
            // Types that cannot be read are a finding of the checks.
            return [];
        }
    }

    private static string ToJson(IReadOnlyList<DoctorCheck> checks, IReadOnlyList<string> damaged)
    {
        var list = new JsonArray();
        foreach (var check in checks)
        {
            list.Add((JsonNode)new JsonObject
            {
                ["name"] = check.Name,
                ["passed"] = check.Passed,
                ["finding"] = check.Finding,
                ["remedy"] = check.Remedy,
            });
        }
        var functions = new JsonArray();
        foreach (var function in damaged)
            functions.Add((JsonNode)JsonValue.Create(function));
        var report = new JsonObject { ["fit"] = checks.All(check => check.Passed), ["checks"] = list, ["damaged_functions"] = functions };
        return report.ToJsonString(_indented);
    }
}
