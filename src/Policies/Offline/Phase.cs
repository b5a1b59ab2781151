// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Policies.Offline;

/// <summary>A piece of a task's life.</summary>
/// <param name="Run">CPU time it needs, ns; at least 1.</param>
/// <param name="Sleep">How long it sleeps then, ns; 0: it goes on, and is queued as one that has not slept.</param>
public readonly record struct Phase(ulong Run, ulong Sleep);
