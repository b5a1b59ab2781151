// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Vm;

/// <summary>What <c>wd40 vm kernels --json</c> prints.</summary>
/// <param name="Obtainable">Series that the mirror has, newest first.</param>
/// <param name="Cached">Kernels in the cache, newest first.</param>
internal sealed record KernelListing(IReadOnlyList<KernelOffer> Obtainable, IReadOnlyList<KernelImage> Cached);
