// SPDX-License-Identifier: GPL-2.0-only
using System.Globalization;

namespace Wd40.Tool.Demo;

/// <summary>
/// Runs one mixed load under the default scheduler and then under wd40, and says whether wd40 did its work: it was enabled, the crowd on the
/// first domain was spread by applied migrations, it detached cleanly and the kernel had nothing to complain about.
/// </summary>
internal sealed class Demonstration(IDemoMachine machine, DemoOptions options, IProgress<string> progress)
{
    private const string SysFs = "/sys/kernel/sched_ext";
    private const int StartPolls = 300;

    public async Task<DemoReport> RunAsync(CancellationToken cancellation)
    {
        List<string> troubles = [];
        int cpus = int.Parse((await SucceedAsync("nproc", cancellation)).Output, CultureInfo.InvariantCulture);
        string first = (await SucceedAsync(
            "cat /sys/devices/system/cpu/cpu0/cache/index3/shared_cpu_list 2>/dev/null || cat /sys/devices/system/cpu/online", cancellation)).Output.Trim();
        string load = DemoLoad.Command(machine.Files, cpus, first, options.Seconds);

        progress.Report($"default scheduler: {2 * cpus} hogs that begin on CPUs {first}, a sleeper, hackbench, {options.Seconds} s ...");
        var plain = DemoLoad.Parse((await SucceedAsync(load, cancellation)).Output);

        progress.Report("starting wd40 ...");
        var job = await machine.StartAsync($"exec {machine.Files}/wd40 run wd40", _ => { }, cancellation);
        string? enabled = await WaitEnabledAsync(job, cancellation);
        if (enabled is null)
        {
            if (!job.HasEnded)
                await job.TerminateAsync(cancellation);
            var dead = await job.WaitAsync(cancellation);
            troubles.Add($"wd40 was not enabled; it ended with {dead.ExitCode}: {dead.Error}{dead.Output}");
            return new DemoReport { Machine = machine.Name, Default = plain, Troubles = troubles };
        }

        progress.Report($"enabled: {enabled}");
        var live = new LiveLoads(progress);
        var monitor = await machine.StartAsync($"exec {machine.Files}/wd40 run wd40 --monitor 1 --json", live.Take, cancellation);
        if (!await WaitSampleAsync(live, monitor, 1, cancellation))
            troubles.Add("the monitor got no statistics");
        progress.Report("wd40: the same load ...");
        var ours = DemoLoad.Parse((await SucceedAsync(load, cancellation)).Output);
        // Counts are differences between samples: one more holds what happened since the last.
        await WaitSampleAsync(live, monitor, live.Samples + 1, cancellation);
        await monitor.TerminateAsync(cancellation);
        await monitor.WaitAsync(cancellation);

        progress.Report("stopping wd40 ...");
        if (job.HasEnded)
            troubles.Add("wd40 ended by itself before it was stopped");
        else
            await job.TerminateAsync(cancellation);
        var end = await job.WaitAsync(cancellation);
        if (end.ExitCode != 0)
            troubles.Add($"wd40 ended with {end.ExitCode}: {end.Error}{end.Output}");
        string state = (await machine.RunAsync($"cat {SysFs}/state", cancellation)).Output.Trim();
        if (state != "disabled")
            troubles.Add($"the kernel says '{state}' after the end, not 'disabled'");
        if (live.Applied == 0)
            troubles.Add("no migration was applied although the hogs began on one domain");
        troubles.AddRange(await machine.KernelTroubleAsync(cancellation));
        return new DemoReport
        {
            Machine = machine.Name,
            Enabled = enabled,
            Default = plain,
            Wd40 = ours,
            Requested = live.Requested,
            Applied = live.Applied,
            Troubles = troubles,
        };
    }

    private async Task<string?> WaitEnabledAsync(IDemoJob job, CancellationToken cancellation)
    {
        for (int i = 0; i < StartPolls && !job.HasEnded; i++)
        {
            var state = await machine.RunAsync($"sleep 0.1; [ \"$(cat {SysFs}/state)\" = enabled ] && cat {SysFs}/root/ops", cancellation);
            if (state.ExitCode == 0)
                return state.Output.Trim();
        }
        return null;
    }

    private async Task<bool> WaitSampleAsync(LiveLoads live, IDemoJob monitor, int samples, CancellationToken cancellation)
    {
        for (int i = 0; i < StartPolls && !monitor.HasEnded; i++)
        {
            if (live.Samples >= samples)
                return true;
            await machine.RunAsync("sleep 0.1", cancellation);
        }
        return live.Samples >= samples;
    }

    private async Task<DemoResult> SucceedAsync(string command, CancellationToken cancellation)
    {
        var result = await machine.RunAsync(command, cancellation);
        return result.ExitCode == 0
            ? result
            : throw new InvalidOperationException($"'{command.Split('\n')[0]}...' failed with {result.ExitCode}: {result.Error}{result.Output}");
    }
}
