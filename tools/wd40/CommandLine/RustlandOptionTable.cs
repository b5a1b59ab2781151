// SPDX-License-Identifier: GPL-2.0-only
using System.CommandLine;
using Wd40.Policies;
using Wd40.Schedulers;
using Wd40.Schedulers.UserSpace;

namespace Wd40.Tool.CommandLine;

/// <summary>Options of rustland: those of scx_rustland 1.1, the choice of a policy, and what concerns the user-space core.</summary>
public sealed class RustlandOptionTable : SchedulerOptionTable
{
    private const uint ShortestTakeover = 10, LongestTakeover = 1000;

    private readonly PolicyRegistry _policies = new();
    private readonly Option<string?> _policy;
    private readonly Dictionary<string, Option<ulong?>> _numbers = [];
    private readonly Dictionary<string, Option<bool>> _switches = [];
    private readonly Option<bool> _numaLocal;
    private readonly Option<uint> _takeover;

    /// <summary>Declares the options.</summary>
    public RustlandOptionTable()
        : base(new Wd40Options())
    {
        var defaults = new UserSpaceOptions();
        Group("Policy");
        _policy = Word("--policy", "POLICY", RustlandScheduler.DefaultPolicy, $"What decides. {string.Join(" ", _policies.All.Select(policy => $"{policy.Name}: {policy.Description}"))}",
            string.Join(", ", _policies.All.Select(policy => policy.Name)));
        foreach (var option in _policies.All.SelectMany(policy => policy.Options).DistinctBy(option => option.Name))
            Declare(option);
        Group("User-space core");
        _takeover = Number("--takeover-ms", null, "MS", defaults.TakeoverMs, $"{ShortestTakeover} to {LongestTakeover}",
            (uint value) => value is >= ShortestTakeover and <= LongestTakeover,
            "A task that has waited for a decision for longer is served by the kernel half; all are while the policy stands still.");
        _numaLocal = Flag("--numa-local", "-n", "Idle CPUs are looked for on the NUMA node that a task's memory policy names.");
        DeclareCommon();
    }

    /// <inheritdoc/>
    public override SchedulerDefinition Define(Wd40Options options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return RustlandScheduler.Define(options);
    }

    /// <inheritdoc/>
    public override Wd40Options Read(ParseResult parsed, SchedulerEnvironment environment)
    {
        ArgumentNullException.ThrowIfNull(parsed);
        var name = parsed.GetValue(_policy)!;
        var values = new Dictionary<string, ulong>();
        foreach (var (option, symbol) in _numbers)
        {
            if (parsed.GetValue(symbol) is { } value)
                values[option] = value;
        }
        foreach (var (option, symbol) in _switches)
        {
            if (parsed.GetValue(symbol))
                values[option] = 1;
        }
        var policy = _policies.Find(name);
        // Refused now, in the words of the policy, before anything is loaded.
        var checkedValues = new PolicyOptions(name, policy.Options, values);
        var slice = policy.Options.FirstOrDefault(option => option.Name == DeadlinePolicy.SliceUsMin.Name);
        return ReadCommon(parsed, environment) with
        {
            UserSpace = new UserSpaceOptions
            {
                Policy = name,
                PolicyOptions = values,
                TakeoverMs = parsed.GetValue(_takeover),
                NumaLocal = parsed.GetValue(_numaLocal),
                OwnSliceUs = slice is null ? new UserSpaceOptions().OwnSliceUs : (uint)checkedValues[slice],
            },
        };
    }

    private void Declare(PolicyOption option)
    {
        var readers = _policies.All.Where(policy => policy.Options.Any(other => other.Name == option.Name)).ToArray();
        var help = $"{option.Description} ({string.Join(", ", readers.Select(policy => policy.Name))})";
        // Letters are those of the default policy: another one's may mean something else there.
        var letter = option.Letter != 0 && readers.Any(policy => policy.Name == RustlandScheduler.DefaultPolicy) ? $"-{option.Letter}" : null;
        if (option.IsSwitch)
        {
            _switches[option.Name] = Flag($"--{option.Name}", letter, help);
            return;
        }
        var ranges = readers.Select(policy => (policy.Name, Option: policy.Options.First(other => other.Name == option.Name))).ToArray();
        var range = string.Join("; ", ranges.Select(reader => $"{reader.Option.Minimum} to {reader.Option.Maximum}, {reader.Option.Default} with {reader.Name}"));
        _numbers[option.Name] = OptionalNumber($"--{option.Name}", letter, option.Unit.Length == 0 ? "N" : option.Unit.ToUpperInvariant(), range, (ulong _) => true, help);
    }
}
