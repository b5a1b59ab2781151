// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Vm;

/// <summary>A kernel series that the mirror has.</summary>
/// <param name="Series">The series.</param>
/// <param name="Release">Its newest build.</param>
/// <param name="Package">The package that holds it.</param>
/// <param name="CachedRelease">The build in the cache; null for none.</param>
public sealed record KernelOffer(string Series, string Release, string Package, string? CachedRelease);
