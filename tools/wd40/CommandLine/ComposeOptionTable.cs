// SPDX-License-Identifier: GPL-2.0-only
using System.CommandLine;
using Wd40.ArenaRuntime;
using Wd40.Policies;
using Wd40.Schedulers;

namespace Wd40.Tool.CommandLine;

/// <summary>The options of <c>wd40 run compose</c>: the modules, and those of wd40 that one of the modules reads.</summary>
public sealed class ComposeOptionTable : MasksOptionTable
{
    /// <summary>Stands in for a choice of a deadline module, which is made here by name.</summary>
    private const string Replaced = "--fifo-sched";

    private const string PlacementOption = "--placement";

    private readonly Option<string?> _name;
    private readonly Option<string?> _core;
    private readonly Option<string?> _placement;
    private readonly Option<string?> _deadline;
    private readonly Option<string?> _balance;
    private readonly Option<string?> _policy;
    private readonly Option<string?> _directory;
    private readonly Option<string[]?> _settings;

    /// <summary>Declares the options.</summary>
    public ComposeOptionTable()
        : base(new Wd40Options())
    {
        Remove(Replaced);
        Group("Modules");
        _core = Module("--core", ModuleSlot.Core, "hybrid", "The sched_ext callbacks.");
        _placement = Module(PlacementOption, ModuleSlot.Placement, "llc", "Groups of CPUs that share a queue, and the CPU of a task that wakes up.");
        _deadline = Module("--deadline", ModuleSlot.Deadline, "interactive", "Order and slices.");
        _balance = Module("--balance", ModuleSlot.LoadBalance, "rusty", "Which tasks move to another domain.");
        _policy = Word("--policy", "POLICY", null, "What decides, with --core user-space, which has no other modules; its options: wd40 run rustland --help.",
            string.Join(", ", new PolicyRegistry().All.Select(policy => policy.Name)));
        _directory = Word("--module-dir", "DIR", null,
            "Modules of this directory may be named too: NAME.bpf.o and NAME.dll, which nobody but root and the user that runs this can change.");
        _settings = Words("--set", null, "MODULE.NAME=VALUE", "see wd40 modules --module-dir", _ => null, "Settings of modules of --module-dir.");
        _name = Word("--name", "NAME", null,
            $"What the kernel calls the scheduler: up to {SchedulerBuilder.MaxNameLength} letters, digits, _ and full stops; "
            + "without it the names of the modules.");
        DeclareMasks();
        MoveLastGroupFirst();
    }

    /// <summary>The scheduler that a command line names.</summary>
    /// <exception cref="SchedulerException">The name cannot be used.</exception>
    public SchedulerDefinition Define(ParseResult parsed)
    {
        ArgumentNullException.ThrowIfNull(parsed);
        string core = parsed.GetValue(_core)!, placement = parsed.GetValue(_placement)!, deadline = parsed.GetValue(_deadline)!,
            balance = parsed.GetValue(_balance)!;
        var policy = parsed.GetValue(_policy);
        var names = policy is null ? $"{core}_{placement}_{deadline}_{balance}" : $"{core}_{policy}".Replace('-', '_');
        // Modules of a directory may have long names; those that ship fit.
        var builder = SchedulerBuilder.Named(parsed.GetValue(_name) ?? names[..Math.Min(names.Length, SchedulerBuilder.MaxNameLength)]);
        IReadOnlyList<KnownModule> outside = [];
        if (parsed.GetValue(_directory) is { } path)
        {
            var directory = ModuleDirectory.Read(path);
            builder.ModulesFrom(directory);
            outside = directory.Modules;
        }
        foreach (var (option, slot) in new[]
        {
            (_core, ModuleSlot.Core), (_placement, ModuleSlot.Placement), (_deadline, ModuleSlot.Deadline), (_balance, ModuleSlot.LoadBalance),
        })
            RequireKnown(option.Name, parsed.GetValue(option)!, slot, outside);
        builder.Core(core);
        if (policy is not null)
            builder.Policy(policy);
        // Modules that nobody named are left out where the core has no slot for them.
        var needsAll = !ModuleRegistry.Find(ModuleSlot.Core, core, outside).NeedsPolicy;
        if (needsAll || IsGiven(parsed, _placement))
            builder.Placement(placement);
        if (needsAll || IsGiven(parsed, _deadline))
            builder.Deadline(deadline);
        if (needsAll || IsGiven(parsed, _balance))
            builder.LoadBalance(balance);
        return builder.Build();
    }

    /// <summary>An option that was given and that none of the chosen modules reads, in words; null when there is none.</summary>
    public string? Unread(ParseResult parsed, SchedulerDefinition scheduler)
    {
        ArgumentNullException.ThrowIfNull(parsed);
        ArgumentNullException.ThrowIfNull(scheduler);
        foreach (var row in Rows)
        {
            if (parsed.GetResult(row.Symbol) is { Implicit: false } && !scheduler.Reads(row.Symbol.Name))
            {
                var chosen = string.Join(", ", scheduler.Modules.Select(module => module.ToString()));
                return $"{row.Symbol.Name} does not apply to {chosen}; it is an option of {AppliesTo(row)}";
            }
        }
        return null;
    }

    /// <summary>The values of <c>--set</c>.</summary>
    /// <exception cref="SchedulerException">One is malformed, out of range, or for a setting that the scheduler does not have.</exception>
    public IReadOnlyDictionary<string, ulong> ReadSettings(ParseResult parsed, SchedulerDefinition scheduler)
    {
        ArgumentNullException.ThrowIfNull(parsed);
        return parsed.GetValue(_settings) is { Length: > 0 } words ? ModuleSettings.Parse(scheduler, words) : new Wd40Options().ModuleSettings;
    }

    /// <inheritdoc/>
    public override string? Contradiction(ParseResult parsed)
    {
        ArgumentNullException.ThrowIfNull(parsed);
        if (parsed.GetValue(_placement) == "masks" && !HasMasks(parsed))
            return $"{PlacementOption} masks needs {MasksOption}, one mask a domain, such as 0x0f,0xf0";
        return base.Contradiction(parsed);
    }

    /// <inheritdoc/>
    public override string? AppliesTo(OptionRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        var readers = ModuleRegistry.All.Where(module => module.Options.Contains(row.Symbol.Name)).GroupBy(module => module.SlotName)
            .Select(slot => $"{slot.Key} {string.Join(", ", slot.Select(module => module.Name))}");
        var text = string.Join("; ", readers);
        return text.Length == 0 ? null : text;
    }

    private static bool IsGiven(ParseResult parsed, Option option) => parsed.GetResult(option) is { Implicit: false };

    private Option<string?> Module(string name, ModuleSlot slot, string fallback, string help) =>
        Word(name, "MODULE", fallback, help, string.Join(", ", ModuleRegistry.OfSlot(slot).Select(module => module.Name)));

    /// <summary>In the words of the command line; a module of another slot is left to the builder, which says of which.</summary>
    private static void RequireKnown(string option, string name, ModuleSlot slot, IReadOnlyList<KnownModule> outside)
    {
        string[] names = [.. ModuleRegistry.OfSlot(slot).Concat(outside.Where(module => module.Slot == slot)).Select(module => module.Name)];
        if (!names.Contains(name) && outside.All(module => module.Name != name))
        {
            throw new SchedulerException(ExitCode.Usage, $"{option}: '{name}' is not valid; valid: {string.Join(", ", names)}",
                "wd40 modules describes them; those of a directory need --module-dir");
        }
    }
}
