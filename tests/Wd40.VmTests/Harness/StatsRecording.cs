// SPDX-License-Identifier: GPL-2.0-only
using Wd40.Vm;
using Wd40.VmTests.Reports;

namespace Wd40.VmTests.Harness;

/// <summary>Statistics of the running scheduler, asked at a fixed period by a small client in the guest over one connection.</summary>
internal sealed class StatsRecording
{
    /// <summary>Asks for totals since start: differences would hide what happened between two clients.</summary>
    public const string Totals = """{"req":"stats","args":{"target":"top","mode":"total"}}""";

    private const int SigTerm = 15;
    private readonly GuestJob _job;

    private StatsRecording(GuestJob job) => _job = job;

    /// <summary>Starts recording.</summary>
    /// <param name="guest">Where the scheduler runs.</param>
    /// <param name="periodMs">Guest time.</param>
    public static async Task<StatsRecording> StartAsync(Guest guest, int periodMs) =>
        new(await guest.StartAsync(FormattableString.Invariant($"exec {GuestPrograms.Probe} stats {periodMs} 0 '{Totals}'")).ConfigureAwait(false));

    /// <summary>Ends recording.</summary>
    /// <returns>All readings, oldest first.</returns>
    public async Task<IReadOnlyList<StatsLine>> StopAsync()
    {
        await _job.KillAsync(SigTerm).ConfigureAwait(false);
        var result = await _job.EndAsync().ConfigureAwait(false);
        return GuestJson.ReadLines<StatsLine>(result.EnsureSuccess().Output);
    }
}
