// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Schedulers.Statistics;

/// <summary>Who serves the statistics: the answer to <c>version</c>.</summary>
/// <param name="Name">Name of the scheduler.</param>
/// <param name="Version">Version of the program.</param>
/// <param name="OpsName">Name under which the kernel knows the scheduler.</param>
/// <param name="Kernel">Release of the running kernel.</param>
public sealed record StatsIdentity(string Name, string Version, string OpsName, string Kernel);
