// SPDX-License-Identifier: GPL-2.0-only
using System.CommandLine;

namespace Wd40.Vm.Commands;

/// <summary><c>wd40 vm fetch</c>: a kernel into the cache, also when an older build is there.</summary>
internal static class FetchCommand
{
    public static Command Create()
    {
        Argument<string> series = new("series") { Description = "A kernel series (6.18) or 'newest'." };
        Option<bool> experimental = new("--experimental") { Description = "Look into the experimental suite too." };
        Command command = new("fetch", "Download the newest build of a kernel series; prints the path of the image.") { series, experimental };
        command.SetAction((parsed, cancellation) => VmCommand.GuardAsync(parsed.InvocationConfiguration.Error, async progress =>
        {
            KernelImage image = await KernelCatalog.FetchAsync(parsed.GetValue(series)!, parsed.GetValue(experimental), progress, cancellation).ConfigureAwait(false);
            progress.Report($"{image.Name}: {image.SchedExt}, sha256 {image.Sha256}");
            await parsed.InvocationConfiguration.Output.WriteLineAsync(image.Path).ConfigureAwait(false);
            return 0;
        }));
        return command;
    }
}
