// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Vm;

/// <summary>Finds out whether hardware virtualisation works here: a present /dev/kvm alone proves nothing inside containers and clouds.</summary>
public static class KvmProbe
{
    private static readonly TimeSpan _bootLimit = TimeSpan.FromSeconds(30);

    /// <summary>True when a guest boots with KVM. Takes a few seconds where /dev/kvm can be opened, none where it cannot.</summary>
    public static async Task<bool> WorksAsync(string kernel = KernelCatalog.Newest, IProgress<string>? progress = null, CancellationToken cancellation = default)
    {
        try
        {
            using FileStream device = new("/dev/kvm", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }

        try
        {
            GuestOptions options = new() { Kernel = kernel, Clock = ClockMode.Kvm, Topology = new VmTopology(1, 1, 1, 1, 512), BootLimit = _bootLimit };
            await using Guest guest = await Guest.BootAsync(options, progress, cancellation).ConfigureAwait(false);
            return (await guest.RunAsync("true", _bootLimit, null, cancellation).ConfigureAwait(false)).ExitCode == 0;
        }
        catch (VmException)
        {
            return false;
        }
    }
}
