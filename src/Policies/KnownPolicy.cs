// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime;

namespace Wd40.Policies;

/// <summary>A policy that can be chosen by name.</summary>
public abstract class KnownPolicy
{
    private protected KnownPolicy(string name, string description, IReadOnlyList<PolicyOption> options) =>
        (Name, Description, Options) = (name, description, options);

    /// <summary>Name, as in <c>--policy</c>.</summary>
    public string Name { get; }

    /// <summary>What it does, one sentence.</summary>
    public string Description { get; }

    /// <summary>Its options.</summary>
    public IReadOnlyList<PolicyOption> Options { get; }

    /// <summary>A policy of the simplest level.</summary>
    /// <param name="name">Name, as in <c>--policy</c>.</param>
    /// <param name="description">What it does, one sentence.</param>
    /// <param name="options">Its options.</param>
    /// <param name="make">Makes it. Values are within their ranges.</param>
    public static KnownPolicy Of<TPolicy, TState>(string name, string description, IReadOnlyList<PolicyOption> options, Func<PolicyOptions, TPolicy> make)
        where TPolicy : struct, ITaskPolicy<TState> where TState : unmanaged => new TaskPolicy<TPolicy, TState>(name, description, options, make);

    /// <summary>Makes the policy with its loop.</summary>
    /// <param name="given">Values of options by long name.</param>
    /// <param name="slots">Slots there are.</param>
    /// <typeparam name="TPort">The way to the tasks.</typeparam>
    /// <exception cref="SchedulerException">There is no such option, or a value is outside its range.</exception>
    public IPolicyLoop<TPort> Create<TPort>(IReadOnlyDictionary<string, ulong> given, int slots) where TPort : struct, IPolicyPort =>
        Create<TPort>(new PolicyOptions(Name, Options, given), slots);

    private protected abstract IPolicyLoop<TPort> Create<TPort>(PolicyOptions options, int slots) where TPort : struct, IPolicyPort;

    private sealed class TaskPolicy<TPolicy, TState>(string name, string description, IReadOnlyList<PolicyOption> options, Func<PolicyOptions, TPolicy> make)
        : KnownPolicy(name, description, options)
        where TPolicy : struct, ITaskPolicy<TState>
        where TState : unmanaged
    {
        private protected override IPolicyLoop<TPort> Create<TPort>(PolicyOptions options, int slots) =>
            new TaskPolicyLoop<TPolicy, TState, TPort>(make(options), slots);
    }
}
