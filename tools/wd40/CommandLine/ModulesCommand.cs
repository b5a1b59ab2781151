// SPDX-License-Identifier: GPL-2.0-only
using System.CommandLine;
using System.Globalization;
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
    /// <param name="environment">Value of an environment variable by name, or null.</param>
    public static Command Create(Func<string, string?> environment)
    {
        var json = new Option<bool>("--json") { Description = "Print the list as JSON." };
        var cost = new Option<bool>("--cost")
        {
            Description = "Load each module, attach nothing, and print what the verifier goes through for each of its functions.",
        };
        var directory = new Option<string?>("--module-dir") { Description = "List the modules of this directory too.", HelpName = "DIR" };
        var command = new Command("modules", "List the modules that schedulers are composed of.");
        command.Options.Add(directory);
        command.Options.Add(json);
        command.Options.Add(cost);
        command.SetAction(parsed =>
        {
            try
            {
                IReadOnlyList<KnownModule> outside = parsed.GetValue(directory) is { } path ? ModuleDirectory.Read(path).Modules : [];
                KnownModule[] modules = [.. ModuleRegistry.All, .. outside];
                var costs = parsed.GetValue(cost) ? Measure(modules, environment, parsed.InvocationConfiguration.Error) : [];
                var output = parsed.InvocationConfiguration.Output;
                if (parsed.GetValue(json))
                    output.WriteLine(ToJson(modules, costs));
                else
                    Print(output, modules, costs);
                return (int)ExitCode.Clean;
            }
            catch (SchedulerException refused)
            {
                parsed.InvocationConfiguration.Error.WriteLine($"wd40: {refused.Message}. {refused.Remedy}");
                return (int)refused.ExitCode;
            }
        });
        return command;
    }

    private static List<SlotCost> Measure(IEnumerable<KnownModule> modules, Func<string, string?> environment, TextWriter progress)
    {
        var prefix = SchedulerEnvironment.Read(environment, out _).SysfsPrefix;
        var meter = new SlotMeter(new KernelInterface(prefix), new Wd40Options { SysfsPrefix = prefix });
        var costs = new List<SlotCost>();
        foreach (var module in modules)
        {
            progress.WriteLine($"wd40: loading {module}");
            costs.AddRange(meter.Measure(module));
        }
        return costs;
    }

    private static IEnumerable<SlotCost> Of(IEnumerable<SlotCost> costs, KnownModule module) =>
        costs.Where(cost => cost.Slot == module.SlotName && cost.Module == module.Name);

    private static void Print(TextWriter output, IReadOnlyList<KnownModule> modules, List<SlotCost> costs)
    {
        int slots = modules.Max(module => module.SlotName.Length), names = modules.Max(module => module.Name.Length),
            origins = modules.Max(module => module.Origin.Length);
        output.WriteLine($"{"slot".PadRight(slots)}  {"name".PadRight(names)}  {"origin".PadRight(origins)}  "
            + $"{"content".PadRight(HashDigits)}  what it does");
        foreach (var module in modules)
        {
            output.WriteLine($"{module.SlotName.PadRight(slots)}  {module.Name.PadRight(names)}  {module.Origin.PadRight(origins)}  "
                + $"{module.ContentHash()[..HashDigits]}  {module.Description}");
            if (module.Options.Count > 0)
                output.WriteLine($"{"".PadRight(slots)}  {"".PadRight(names)}  options: {string.Join(" ", module.Options)}");
            var own = Of(costs, module).Select(cost => string.Create(CultureInfo.InvariantCulture, $"{cost.Function} {cost.Instructions}")).ToArray();
            if (own.Length > 0)
                output.WriteLine($"{"".PadRight(slots)}  {"".PadRight(names)}  verified instructions: {string.Join(", ", own)}");
            foreach (var setting in module.Settings)
            {
                output.WriteLine($"{"".PadRight(slots)}  {"".PadRight(names)}  --set {module.Name}.{setting.Name}=N: {setting.Help} "
                    + $"[default: {setting.Default}] [valid: {setting.Smallest} to {setting.Largest}]");
            }
        }
    }

    private static string ToJson(IEnumerable<KnownModule> modules, List<SlotCost> costs)
    {
        var list = new JsonArray();
        foreach (var module in modules)
        {
            var options = new JsonArray();
            foreach (var option in module.Options)
                options.Add((JsonNode)JsonValue.Create(option));
            var own = new JsonObject();
            foreach (var cost in Of(costs, module))
                own.Add(cost.Function, JsonValue.Create(cost.Instructions));
            list.Add((JsonNode)new JsonObject
            {
                ["slot"] = module.SlotName,
                ["name"] = module.Name,
                ["origin"] = module.Origin,
                ["xxh128"] = module.ContentHash(),
                ["description"] = module.Description,
                ["options"] = options,
                ["settings"] = new JsonArray([.. module.Settings.Select(setting => (JsonNode)new JsonObject
                {
                    ["name"] = setting.Name,
                    ["default"] = setting.Default,
                    ["smallest"] = setting.Smallest,
                    ["largest"] = setting.Largest,
                    ["help"] = setting.Help,
                })]),
                // Empty unless --cost asked for it.
                ["verified_instructions"] = own,
            });
        }
        return list.ToJsonString(_indented);
    }
}
