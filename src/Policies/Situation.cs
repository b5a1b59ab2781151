// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Policies;

/// <summary>What a policy knows beyond the task.</summary>
/// <param name="Now">ns of the scheduler's clock, taken once a step.</param>
/// <param name="Waiting">Tasks that wait in the policy's queue.</param>
/// <param name="Cpus">CPUs of the machine.</param>
public readonly record struct Situation(ulong Now, int Waiting, int Cpus);
