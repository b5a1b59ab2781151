// SPDX-License-Identifier: GPL-2.0-only
using System.CommandLine;
using System.Text.Json;

namespace Wd40.Vm.Commands;

/// <summary><c>wd40 vm kernels</c>: what can be booted.</summary>
internal static class KernelsCommand
{
    public static Command Create()
    {
        Option<bool> cached = new("--cached") { Description = "Only what is in the cache; asks no mirror." };
        Option<bool> experimental = new("--experimental") { Description = "Look into the experimental suite too." };
        Option<bool> json = new("--json") { Description = "Print one JSON object." };
        Command command = new("kernels", "List the kernel series that can be had and those in the cache.") { cached, experimental, json };
        command.SetAction((parsed, cancellation) => VmCommand.GuardAsync(parsed.InvocationConfiguration.Error, async progress =>
        {
            KernelListing listing = new(
                parsed.GetValue(cached) ? [] : await KernelCatalog.OffersAsync(parsed.GetValue(experimental), progress, cancellation).ConfigureAwait(false),
                KernelCatalog.AllCached());
            TextWriter output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
            {
                await output.WriteLineAsync(JsonSerializer.Serialize(listing, VmJson.Default.KernelListing)).ConfigureAwait(false);
            }
            else
            {
                Print(listing, output);
            }

            return 0;
        }));
        return command;
    }

    /// <summary>One line a series.</summary>
    internal static void Print(KernelListing listing, TextWriter output)
    {
        Dictionary<string, KernelImage> cached = listing.Cached.ToDictionary(k => k.Series);
        foreach (KernelOffer offer in listing.Obtainable)
        {
            string have = !cached.Remove(offer.Series, out KernelImage? image) ? "not cached"
                : image.Name == offer.Release ? $"cached, {image.SchedExt}" : $"cached is {image.Name}, {image.SchedExt}";
            output.WriteLine($"{offer.Series,-6} {offer.Release,-34} {have}");
        }

        foreach (KernelImage image in cached.Values)
        {
            output.WriteLine($"{image.Series,-6} {image.Name,-34} cached, {image.SchedExt}");
        }
    }
}
