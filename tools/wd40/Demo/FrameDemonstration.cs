// SPDX-License-Identifier: GPL-2.0-only
using Wd40.Vm.Compare;

namespace Wd40.Tool.Demo;

/// <summary>
/// Runs a game beside a parallel build under the default scheduler and then under one on the user-space core, and says whether that did its work:
/// its policy made decisions, besides what <see cref="DemoScheduler"/> looks at. The figures are shown and not judged.
/// </summary>
internal sealed class FrameDemonstration(IDemoMachine machine, DemoOptions options, IProgress<string> progress)
{
    public async Task<FrameReport> RunAsync(CancellationToken cancellation)
    {
        progress.Report("measuring what a CPU does while all are busy ...");
        var speed = WorkSpeed.Read((await machine.SucceedAsync($"{machine.Files}/wd40-load selftest", cancellation)).Output);
        string load = FrameLoad.Command(machine.Files, options.Seconds, speed.Full);

        progress.Report($"default scheduler: a task that draws 60 frames a second, beside a build of two jobs per CPU, {options.Seconds} s ...");
        var plain = FrameLoad.Parse((await machine.SucceedAsync(load, cancellation)).Output);

        var live = new LiveDecisions(progress);
        var scheduler = new DemoScheduler(machine, options.Scheduler, live, progress);
        var report = new FrameReport { Machine = machine.Name, Scheduler = options.Scheduler, Default = plain, Troubles = scheduler.Troubles };
        if (!await scheduler.StartAsync(cancellation))
            return report;
        var own = await scheduler.WatchAsync(async () => FrameLoad.Parse((await machine.SucceedAsync(load, cancellation)).Output), cancellation);
        await scheduler.StopAsync(cancellation);
        if (live.Decisions == 0)
            scheduler.Troubles.Add("the policy made no decision although the machine was full");
        return report with { Enabled = scheduler.Enabled, Own = own, Decisions = live.Decisions, Takeovers = live.Takeovers };
    }
}
