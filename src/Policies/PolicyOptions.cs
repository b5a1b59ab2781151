// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime;

namespace Wd40.Policies;

/// <summary>Values of a policy's options, checked.</summary>
public sealed class PolicyOptions
{
    private readonly Dictionary<string, ulong> _values = [];

    /// <summary>Checks values against the options that a policy has.</summary>
    /// <param name="policy">Name of the policy, for messages.</param>
    /// <param name="known">Its options.</param>
    /// <param name="given">Values by long name; for the others the defaults hold.</param>
    /// <exception cref="SchedulerException">The policy has no such option, or the value is outside its range.</exception>
    public PolicyOptions(string policy, IReadOnlyList<PolicyOption> known, IReadOnlyDictionary<string, ulong> given)
    {
        foreach (var option in known)
            _values[option.Name] = option.Default;
        foreach (var (name, value) in given)
        {
            var option = known.FirstOrDefault(option => option.Name == name)
                ?? throw new SchedulerException(ExitCode.Usage, $"policy {policy} has no option --{name}",
                    known.Count == 0 ? "It has none: leave it out." : $"It has: {string.Join(", ", known.Select(option => "--" + option.Name))}.");
            _values[name] = option.Check(value);
        }
    }

    /// <summary>Value of an option.</summary>
    /// <param name="option">One of the policy's.</param>
    public ulong this[PolicyOption option] => _values[option.Name];
}
