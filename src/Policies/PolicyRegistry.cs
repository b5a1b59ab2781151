// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime;

namespace Wd40.Policies;

/// <summary>Policies by name: those that ship with Wd40, and others that a program adds before it starts a scheduler.</summary>
public sealed class PolicyRegistry
{
    private readonly List<KnownPolicy> _policies =
    [
        KnownPolicy.Of<DeadlinePolicy, DeadlinePolicy.State>("deadline", "Virtual time plus CPU time since the task slept.",
            DeadlinePolicy.Options, options => new DeadlinePolicy(options)),
        KnownPolicy.Of<InteractivePolicy, InteractivePolicy.State>("interactive", "Who sleeps often comes first.",
            InteractivePolicy.Options, options => new InteractivePolicy(options)),
    ];

    /// <summary>All of them.</summary>
    public IReadOnlyList<KnownPolicy> All => _policies;

    /// <summary>Adds one.</summary>
    /// <param name="policy">The policy.</param>
    /// <exception cref="ArgumentException">Another one has its name.</exception>
    public void Add(KnownPolicy policy)
    {
        if (_policies.Exists(known => known.Name == policy.Name))
            throw new ArgumentException($"there is a policy {policy.Name} already", nameof(policy));
        _policies.Add(policy);
    }

    /// <summary>Finds one.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="SchedulerException">There is none of that name.</exception>
    public KnownPolicy Find(string name) =>
        _policies.Find(policy => policy.Name == name)
        ?? throw new SchedulerException(ExitCode.Usage, $"there is no policy {name}", $"Choose one of: {string.Join(", ", _policies.Select(policy => policy.Name))}.");
}
