// SPDX-License-Identifier: GPL-2.0-only
using System.Text.Json;

namespace Wd40.Tool.Demo;

/// <summary>
/// A scheduler of a demonstration: started, watched by its own monitor while a load runs, stopped. It is a success when it was enabled, gave
/// statistics, ended cleanly when asked to, left the machine on the default scheduler, and the kernel had nothing to complain about.
/// </summary>
/// <param name="machine">Where it runs.</param>
/// <param name="name">Its name behind <c>wd40 run</c>.</param>
/// <param name="live">Takes its statistics.</param>
/// <param name="progress">Receives a line for each step.</param>
internal sealed class DemoScheduler(IDemoMachine machine, string name, LiveStatistics live, IProgress<string> progress)
{
    private const string SysFs = "/sys/kernel/sched_ext";
    private const int StartPolls = 300;

    private IDemoJob? _job;
    private string _reportFile = "";

    /// <summary>What went wrong so far, a sentence each.</summary>
    public List<string> Troubles { get; } = [];

    /// <summary>The ops name that the kernel shows, or null before it is enabled.</summary>
    public string? Enabled { get; private set; }

    /// <summary>Starts it and waits until the kernel has enabled it.</summary>
    /// <returns>False when it was not; then it has ended, and <see cref="Troubles"/> says how.</returns>
    public async Task<bool> StartAsync(CancellationToken cancellation)
    {
        progress.Report($"starting {name} ...");
        _reportFile = (await machine.SucceedAsync("mktemp", cancellation)).Output.Trim();
        _job = await machine.StartAsync($"exec {machine.Files}/wd40 run {name} --report {_reportFile}", _ => { }, cancellation);
        for (int i = 0; i < StartPolls && !_job.HasEnded; i++)
        {
            var state = await machine.RunAsync($"sleep 0.1; [ \"$(cat {SysFs}/state)\" = enabled ] && cat {SysFs}/root/ops", cancellation);
            if (state.ExitCode == 0)
            {
                Enabled = state.Output.Trim();
                progress.Report($"enabled: {Enabled}");
                return true;
            }
        }
        if (!_job.HasEnded)
            await _job.TerminateAsync(cancellation);
        var dead = await _job.WaitAsync(cancellation);
        await machine.RunAsync($"rm -f {_reportFile}", cancellation);
        Troubles.Add($"{name} was not enabled; it ended with {dead.ExitCode}: {dead.Error}{dead.Output}");
        return false;
    }

    /// <summary>Runs a load while the monitor is on.</summary>
    public async Task<T> WatchAsync<T>(Func<Task<T>> load, CancellationToken cancellation)
    {
        var monitor = await machine.StartAsync($"exec {machine.Files}/wd40 run {name} --monitor 1 --json", live.Take, cancellation);
        if (!await WaitSampleAsync(monitor, 1, cancellation))
            Troubles.Add("the monitor got no statistics");
        progress.Report($"{name}: the same load ...");
        var result = await load();
        // Counts are differences between samples: one more holds what happened since the last.
        await WaitSampleAsync(monitor, live.Samples + 1, cancellation);
        await monitor.TerminateAsync(cancellation);
        await monitor.WaitAsync(cancellation);
        return result;
    }

    /// <summary>Ends it and looks at what it leaves.</summary>
    /// <returns>Its exit report, which counts from its start and not from the monitor's first sample; null when it left none.</returns>
    public async Task<JsonElement?> StopAsync(CancellationToken cancellation)
    {
        if (_job is null)
            throw new InvalidOperationException($"{name} was not started");
        progress.Report($"stopping {name} ...");
        if (_job.HasEnded)
            Troubles.Add($"{name} ended by itself before it was stopped");
        else
            await _job.TerminateAsync(cancellation);
        var end = await _job.WaitAsync(cancellation);
        if (end.ExitCode != 0)
            Troubles.Add($"{name} ended with {end.ExitCode}: {end.Error}{end.Output}");
        string state = (await machine.RunAsync($"cat {SysFs}/state", cancellation)).Output.Trim();
        if (state != "disabled")
            Troubles.Add($"the kernel says '{state}' after the end, not 'disabled'");
        Troubles.AddRange(await machine.KernelTroubleAsync(cancellation));
        return await TakeReportAsync(cancellation);
    }

    private async Task<JsonElement?> TakeReportAsync(CancellationToken cancellation)
    {
        string text = (await machine.RunAsync($"cat {_reportFile}; rm -f {_reportFile}", cancellation)).Output;
        try
        {
            using var report = JsonDocument.Parse(text);
            return report.RootElement.Clone();
        }
        catch (JsonException wrong)
        {
            Troubles.Add($"{name} left no exit report that can be read: {wrong.Message}");
            return null;
        }
    }

    private async Task<bool> WaitSampleAsync(IDemoJob monitor, int samples, CancellationToken cancellation)
    {
        for (int i = 0; i < StartPolls && !monitor.HasEnded; i++)
        {
            if (live.Samples >= samples)
                return true;
            await machine.RunAsync("sleep 0.1", cancellation);
        }
        return live.Samples >= samples;
    }
}
