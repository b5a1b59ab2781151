// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime;
using Wd40.Policies;

namespace Wd40.Schedulers;

/// <summary>
/// Puts a scheduler together, by names of modules: <c>SchedulerBuilder.Named("mine").Core("hybrid").Placement("numa").Deadline("vtime").Build()</c>.
/// A slot that is left out keeps the core's default. Not thread-safe.
/// </summary>
public sealed class SchedulerBuilder
{
    /// <summary>Longest name: it stands in the arena's header with a zero byte behind it.</summary>
    public const int MaxNameLength = 31;

    private readonly string _name;
    private readonly Dictionary<ModuleSlot, KnownModule> _modules = [];

    private IReadOnlyList<KnownModule> _outside = [];
    private PolicyRegistry _policies = new();
    private KnownPolicy? _policy;

    private SchedulerBuilder(string name) => _name = name;

    /// <summary>Begins a scheduler.</summary>
    /// <param name="name">What the kernel and all messages call it: letters, digits, underscores and full stops.</param>
    /// <exception cref="SchedulerException">The name is empty, too long, or has other characters.</exception>
    public static SchedulerBuilder Named(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length is 0 or > MaxNameLength || !name.All(character => char.IsAsciiLetterOrDigit(character) || character is '_' or '.'))
        {
            throw new SchedulerException(ExitCode.Usage, $"'{name}' is no name for a scheduler",
                $"Use 1 to {MaxNameLength} letters, digits, underscores and full stops.");
        }
        return new SchedulerBuilder(name);
    }

    /// <summary>Makes the modules of a directory known, for the names that follow.</summary>
    public SchedulerBuilder ModulesFrom(ModuleDirectory directory)
    {
        ArgumentNullException.ThrowIfNull(directory);
        _outside = [.. _outside, .. directory.Modules];
        return this;
    }

    /// <summary>Chooses the core.</summary>
    /// <exception cref="SchedulerException">There is no such module, or the slot is filled already.</exception>
    public SchedulerBuilder Core(string module) => Fill(ModuleSlot.Core, module);

    /// <summary>Chooses the placement.</summary>
    /// <exception cref="SchedulerException">There is no such module, or the slot is filled already.</exception>
    public SchedulerBuilder Placement(string module) => Fill(ModuleSlot.Placement, module);

    /// <summary>Chooses the order.</summary>
    /// <exception cref="SchedulerException">There is no such module, or the slot is filled already.</exception>
    public SchedulerBuilder Deadline(string module) => Fill(ModuleSlot.Deadline, module);

    /// <summary>Chooses the load balance.</summary>
    /// <exception cref="SchedulerException">There is no such module, or the slot is filled already.</exception>
    public SchedulerBuilder LoadBalance(string module) => Fill(ModuleSlot.LoadBalance, module);

    /// <summary>Makes policies known, for the name that follows.</summary>
    public SchedulerBuilder PoliciesFrom(PolicyRegistry policies)
    {
        ArgumentNullException.ThrowIfNull(policies);
        _policies = policies;
        return this;
    }

    /// <summary>Chooses what decides in user space.</summary>
    /// <exception cref="SchedulerException">There is no such policy.</exception>
    public SchedulerBuilder Policy(string policy)
    {
        _policy = _policies.Find(policy);
        return this;
    }

    /// <summary>The scheduler.</summary>
    /// <exception cref="SchedulerException">It has no core, or the core and what was chosen beside it do not go together.</exception>
    public SchedulerDefinition Build()
    {
        if (!_modules.TryGetValue(ModuleSlot.Core, out var core))
            throw new SchedulerException(ExitCode.Usage, $"{_name} has no core", "Choose one, such as hybrid.");
        if (core.NeedsPolicy && _policy is null)
            throw new SchedulerException(ExitCode.Usage, $"core {core.Name} of {_name} needs a policy", $"Choose one of: {string.Join(", ", _policies.All.Select(policy => policy.Name))}.");
        if (!core.NeedsPolicy && _policy is not null)
            throw new SchedulerException(ExitCode.Usage, $"core {core.Name} of {_name} decides itself and asks no policy", "Leave the policy out, or choose the core user-space.");
        if (core.NeedsPolicy && _modules.Values.FirstOrDefault(module => module.Slot != ModuleSlot.Core) is { } module)
        {
            throw new SchedulerException(ExitCode.Usage, $"core {core.Name} of {_name} leaves all to its policy and has no slot {module.SlotName}",
                $"Leave {module.SlotName} out, or choose the core hybrid.");
        }
        return new SchedulerDefinition(_name, [.. _modules.Values.OrderBy(module => module.Slot)], _policy);
    }

    private SchedulerBuilder Fill(ModuleSlot slot, string name)
    {
        var module = ModuleRegistry.Find(slot, name, _outside);
        if (_modules.TryGetValue(slot, out var other))
        {
            throw new SchedulerException(ExitCode.Usage, $"the slot {module.SlotName} of {_name} is filled by '{other.Name}' and by '{name}'",
                "Leave one of them out.");
        }
        _modules.Add(slot, module);
        return this;
    }
}
