// SPDX-License-Identifier: GPL-2.0-only
using System.CommandLine;
using Wd40.ArenaRuntime;
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
        return SchedulerBuilder.Named(parsed.GetValue(_name) ?? $"{core}_{placement}_{deadline}_{balance}")
            .Core(core)
            .Placement(placement)
            .Deadline(deadline)
            .LoadBalance(balance)
            .Build();
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

    private Option<string?> Module(string name, ModuleSlot slot, string fallback, string help) =>
        Choice(name, "MODULE", fallback, [.. ModuleRegistry.OfSlot(slot).Select(module => module.Name)], help);
}
