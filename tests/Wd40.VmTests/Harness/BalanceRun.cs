// SPDX-License-Identifier: GPL-2.0-only
using System.Globalization;
using Wd40.Vm;
using Wd40.VmTests.Reports;

namespace Wd40.VmTests.Harness;

/// <summary>A run of hogs with what statistics and the kernel's tracepoint said meanwhile.</summary>
/// <param name="Hogs">The hogs' own report.</param>
/// <param name="Readings">Statistics from the moment of interest to the end of the hogs, oldest first.</param>
/// <param name="Moves">Moves of tasks between domains in the same time, from the kernel's tracepoint.</param>
internal sealed record BalanceRun(HogsReport Hogs, IReadOnlyList<StatsLine> Readings, IReadOnlyList<TraceMove> Moves)
{
    private const int SampleMs = 200;

    /// <summary>One reading per balance step, the first step after the moment of interest first.</summary>
    public IReadOnlyList<ClusterStats> Steps =>
        [.. Readings.Select(line => line.Stats).DistinctBy(stats => stats.LbAtUs).Skip(1)];

    /// <summary>
    /// Balance steps until the domains' loads are within 5 % of their mean, and so in the mean of all that follow, since a step also sees the load of
    /// what else wakes up in it; one more than there are steps if they never are.
    /// </summary>
    public int StepsUntilEven
    {
        get
        {
            var steps = Steps;
            return 1 + Enumerable.Range(0, steps.Count).FirstOrDefault(i => IsEven(steps[i]) && IsEven([.. steps.Skip(i)]), steps.Count);
        }
    }

    /// <summary>Migrations that the statistics count as applied.</summary>
    public long Applied => Readings[^1].Stats.NrMigrations - Readings[0].Stats.NrMigrations;

    /// <summary>Moves of hogs that the kernel traced.</summary>
    public IReadOnlyList<TraceMove> HogMoves => [.. Moves.Where(move => IsHog(move.Pid))];

    /// <summary>Moves of hogs in what the scheduler has logged, in the same time.</summary>
    public IReadOnlyList<LoggedMove> LoggedHogMoves(string log)
    {
        long from = Readings[0].MonoNs, to = Readings[^1].MonoNs;
        return [.. LoggedMove.Parse(log).Where(move => move.AtNs > from && move.AtNs <= to && IsHog(move.Pid))];
    }

    /// <summary>Moves of other tasks that the kernel traced.</summary>
    public int OtherMoves => Moves.Count - HogMoves.Count;

    /// <summary>Runs hogs and records.</summary>
    /// <param name="guest">Where a scheduler runs.</param>
    /// <param name="arguments">Of <c>wd40-load hogs</c>, all but its times.</param>
    /// <param name="from">Seconds from the start of the hogs to the moment of interest.</param>
    /// <param name="warmup">Seconds from the start of the hogs to the window in which their CPU time is measured.</param>
    /// <param name="seconds">Length of the window.</param>
    /// <param name="traced">False leaves the trace out, which is itself a load.</param>
    /// <param name="domains">The domains' CPUs that are online.</param>
    /// <param name="readMs">Time between readings of statistics; who reads waits for a CPU meanwhile, which is a load of its own.</param>
    public static async Task<BalanceRun> RecordAsync(
        Guest guest, string arguments, double from, double warmup, double seconds, bool traced = true, string domains = "0-3,4-7", int readMs = SampleMs)
    {
        var trace = traced ? await TraceRecording.OfMovesAsync(guest).ConfigureAwait(false) : null;
        var stats = await StatsRecording.StartAsync(guest, readMs).ConfigureAwait(false);
        var command = string.Create(CultureInfo.InvariantCulture,
            $"{GuestPrograms.Load} hogs --domains {domains} {arguments} --warmup {warmup} --seconds {seconds} --sample-ms {SampleMs}");
        var hogs = (await guest.CallAsync(command).ConfigureAwait(false)).ReadJson<HogsReport>();
        IReadOnlyList<TraceMove> moves = trace is null ? [] : (await trace.StopAsync<TraceReport>().ConfigureAwait(false)).Moves;
        var readings = await stats.StopAsync().ConfigureAwait(false);
        var begin = hogs.StartNs + (long)(from * 1e9);
        var end = hogs.StartNs + (long)((warmup + seconds) * 1e9);
        // The last reading before the moment is the baseline.
        var first = readings.LastOrDefault(line => line.MonoNs <= begin)
            ?? throw new AssertionException("no statistics before the moment of interest");
        StatsLine[] used = [.. readings.Where(line => line.MonoNs >= first.MonoNs && line.MonoNs <= end)];
        return new BalanceRun(hogs, used, [.. moves.Where(move => move.AtNs >= begin && move.AtNs <= used[^1].MonoNs)]);
    }

    private static bool IsEven(params ClusterStats[] steps)
    {
        var loads = steps[0].Domains.Select((_, domain) => steps.Average(step => step.Domains[domain].Load)).ToArray();
        var mean = loads.Average();
        return loads.All(load => Math.Abs(load - mean) <= 0.05 * mean);
    }

    private bool IsHog(int pid) => Hogs.Groups.Any(group => group.Members.Any(member => member.Pid == pid));
}
