// SPDX-License-Identifier: GPL-2.0-only
using System.Collections.ObjectModel;

namespace Wd40.Schedulers.UserSpace;

/// <summary>Options of the user-space core and of its policy.</summary>
public sealed record UserSpaceOptions
{
    /// <summary>--policy: name of what decides.</summary>
    public string Policy { get; init; } = RustlandScheduler.DefaultPolicy;

    /// <summary>--takeover-ms: the kernel half serves a task itself that has waited for a decision for longer.</summary>
    public uint TakeoverMs { get; init; } = 50;

    /// <summary>-S, --slice-us-min: slice of a task of nice 0 that the kernel half places.</summary>
    public uint OwnSliceUs { get; init; } = 1000;

    /// <summary>-n, --numa-local: idle CPUs are looked for on the node that a task's memory policy names.</summary>
    public bool NumaLocal { get; init; }

    /// <summary>Values of options of the policy, by long name.</summary>
    public IReadOnlyDictionary<string, ulong> PolicyOptions { get; init; } = ReadOnlyDictionary<string, ulong>.Empty;
}
