// SPDX-License-Identifier: GPL-2.0-only
using Wd40.Vm;
using Wd40.VmTests.Reports;

namespace Wd40.VmTests.Harness;

/// <summary>The kernel's own record of tasks that moved between domains.</summary>
internal sealed class MigrationTrace
{
    private const int SigTerm = 15;
    private readonly GuestJob _job;

    private MigrationTrace(GuestJob job) => _job = job;

    /// <summary>Starts recording and returns when it records.</summary>
    public static async Task<MigrationTrace> StartAsync(Guest guest)
    {
        var job = await guest.StartAsync(
            $"exec {GuestPrograms.Load} trace-migrations --comm '*' --domains 0-3,4-7 --list 100000").ConfigureAwait(false);
        var limit = DateTime.UtcNow + TimeSpan.FromMinutes(2);
        while (!job.ErrorSoFar.Contains("recording", StringComparison.Ordinal))
        {
            if (job.HasEnded || DateTime.UtcNow > limit)
            {
                var ended = await job.WaitAsync(TimeSpan.FromSeconds(1)).ConfigureAwait(false);
                throw new AssertionException($"the migration trace does not record: {ended.Output}");
            }

            await Task.Delay(50).ConfigureAwait(false);
        }

        return new MigrationTrace(job);
    }

    /// <summary>Ends recording; lost events are a failure.</summary>
    public async Task<TraceReport> StopAsync()
    {
        await _job.KillAsync(SigTerm).ConfigureAwait(false);
        return (await _job.EndAsync().ConfigureAwait(false)).ReadJson<TraceReport>();
    }
}
