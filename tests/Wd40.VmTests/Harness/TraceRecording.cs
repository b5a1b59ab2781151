// SPDX-License-Identifier: GPL-2.0-only
using Wd40.Vm;
using Wd40.VmTests.Reports;

namespace Wd40.VmTests.Harness;

/// <summary>A record of the kernel's own tracepoints by <c>wd40-load</c>.</summary>
internal sealed class TraceRecording
{
    private const int SigTerm = 15;
    private readonly GuestJob _job;

    private TraceRecording(GuestJob job) => _job = job;

    /// <summary>Moves of all tasks between domains; read as <see cref="TraceReport"/>.</summary>
    public static Task<TraceRecording> OfMovesAsync(Guest guest) =>
        StartAsync(guest, "trace-migrations --comm '*' --domains 0-3,4-7 --list 100000");

    /// <summary>Waits of kernel threads, and CPUs that are idle while a hog is queued; read as <see cref="WaitsReport"/>.</summary>
    public static Task<TraceRecording> OfWaitsAsync(Guest guest) => StartAsync(guest, "trace-waits --watch wd40-hog --explain-us 5000");

    /// <summary>Ends recording; lost events are a failure.</summary>
    public async Task<T> StopAsync<T>()
    {
        await _job.KillAsync(SigTerm).ConfigureAwait(false);
        var ended = await _job.EndAsync().ConfigureAwait(false);
        TestContext.Progress.WriteLine(ended.Error);
        return ended.ReadJson<T>();
    }

    /// <summary>Starts recording and returns when it records.</summary>
    private static async Task<TraceRecording> StartAsync(Guest guest, string command)
    {
        var job = await guest.StartAsync($"exec {GuestPrograms.Load} {command}").ConfigureAwait(false);
        var limit = DateTime.UtcNow + TimeSpan.FromMinutes(2);
        while (!job.ErrorSoFar.Contains("recording", StringComparison.Ordinal))
        {
            if (job.HasEnded || DateTime.UtcNow > limit)
            {
                var ended = await job.WaitAsync(TimeSpan.FromSeconds(1)).ConfigureAwait(false);
                throw new AssertionException($"{command} does not record: {ended.Output}");
            }

            await Task.Delay(50).ConfigureAwait(false);
        }

        return new TraceRecording(job);
    }
}
