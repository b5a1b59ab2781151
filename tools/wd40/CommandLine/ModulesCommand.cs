// SPDX-License-Identifier: GPL-2.0-only
using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Wd40.ArenaRuntime;
using Wd40.Schedulers;

namespace Wd40.Tool.CommandLine;

/// <summary><c>wd40 modules</c>: what schedulers can be composed of.</summary>
public static class ModulesCommand
{
    /// <summary>Digits of the content hash that are printed; --json has all.</summary>
    private const int HashDigits = 12;

    private static readonly JsonSerializerOptions _indented = new() { WriteIndented = true };

    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "Print the list as JSON." };
        var command = new Command("modules", "List the modules that schedulers are composed of.");
        command.Options.Add(json);
        command.SetAction(parsed =>
        {
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
                output.WriteLine(ToJson());
            else
                Print(output);
            return (int)ExitCode.Clean;
        });
        return command;
    }

    private static void Print(TextWriter output)
    {
        var modules = ModuleRegistry.All;
        int slots = modules.Max(module => module.SlotName.Length), names = modules.Max(module => module.Name.Length),
            origins = modules.Max(module => module.Assembly.Length);
        output.WriteLine($"{"slot".PadRight(slots)}  {"name".PadRight(names)}  {"origin".PadRight(origins)}  "
            + $"{"content".PadRight(HashDigits)}  what it does");
        foreach (var module in modules)
        {
            output.WriteLine($"{module.SlotName.PadRight(slots)}  {module.Name.PadRight(names)}  {module.Assembly.PadRight(origins)}  "
                + $"{module.ContentHash()[..HashDigits]}  {module.Description}");
            if (module.Options.Count > 0)
                output.WriteLine($"{"".PadRight(slots)}  {"".PadRight(names)}  options: {string.Join(" ", module.Options)}");
        }
    }

    private static string ToJson()
    {
        var list = new JsonArray();
        foreach (var module in ModuleRegistry.All)
        {
            var options = new JsonArray();
            foreach (var option in module.Options)
                options.Add((JsonNode)JsonValue.Create(option));
            list.Add((JsonNode)new JsonObject
            {
                ["slot"] = module.SlotName,
                ["name"] = module.Name,
                ["origin"] = module.Assembly,
                ["sha256"] = module.ContentHash(),
                ["description"] = module.Description,
                ["options"] = options,
            });
        }
        return list.ToJsonString(_indented);
    }
}
