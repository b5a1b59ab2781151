// SPDX-License-Identifier: GPL-2.0-only
using Wd40.Policies;
using Wd40.Policies.Offline;

namespace Wd40.UnitTests.Policies;

/// <summary>What tests of policies share.</summary>
internal static class Machines
{
    internal const ulong Microsecond = 1000, Millisecond = 1_000_000, Second = 1_000_000_000;

    internal static DeadlinePolicy NewDeadline(params (string Name, ulong Value)[] options) =>
        new(new PolicyOptions("deadline", DeadlinePolicy.Options, options.ToDictionary(option => option.Name, option => option.Value)));

    internal static InteractivePolicy NewInteractive(params (string Name, ulong Value)[] options) =>
        new(new PolicyOptions("interactive", InteractivePolicy.Options, options.ToDictionary(option => option.Name, option => option.Value)));

    internal static IReadOnlyList<TaskResult> RunDeadline(this OfflineMachine machine, ulong time) =>
        machine.Run<DeadlinePolicy, DeadlinePolicy.State>(NewDeadline(), time);

    internal static IReadOnlyList<TaskResult> RunInteractive(this OfflineMachine machine, ulong time) =>
        machine.Run<InteractivePolicy, InteractivePolicy.State>(NewInteractive(), time);
}
