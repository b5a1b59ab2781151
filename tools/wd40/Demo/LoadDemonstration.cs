// SPDX-License-Identifier: GPL-2.0-only
using System.Globalization;
using System.Text.Json;

namespace Wd40.Tool.Demo;

/// <summary>
/// Runs one mixed load under the default scheduler and then under one with a load balancer, and says whether that did its work: the crowd on the
/// first domain was spread by applied migrations, besides what <see cref="DemoScheduler"/> looks at.
/// </summary>
internal sealed class LoadDemonstration(IDemoMachine machine, DemoOptions options, IProgress<string> progress)
{
    public async Task<DemoReport> RunAsync(CancellationToken cancellation)
    {
        int cpus = int.Parse((await machine.SucceedAsync("nproc", cancellation)).Output, CultureInfo.InvariantCulture);
        string first = (await machine.SucceedAsync(
            "cat /sys/devices/system/cpu/cpu0/cache/index3/shared_cpu_list 2>/dev/null || cat /sys/devices/system/cpu/online", cancellation)).Output.Trim();
        string load = DemoLoad.Command(machine.Files, cpus, first, options.Seconds);

        progress.Report($"default scheduler: {2 * cpus} hogs that begin on CPUs {first}, a sleeper, hackbench, {options.Seconds} s ...");
        var plain = DemoLoad.Parse((await machine.SucceedAsync(load, cancellation)).Output);

        var live = new LiveLoads(progress);
        var scheduler = new DemoScheduler(machine, options.Scheduler, live, progress);
        var report = new DemoReport { Machine = machine.Name, Scheduler = options.Scheduler, Default = plain, Troubles = scheduler.Troubles };
        if (!await scheduler.StartAsync(cancellation))
            return report;
        var own = await scheduler.WatchAsync(async () => DemoLoad.Parse((await machine.SucceedAsync(load, cancellation)).Output), cancellation);
        var ended = await scheduler.StopAsync(cancellation);
        ulong Count(string name) => ended is { } exit && exit.GetProperty("requests") is { ValueKind: JsonValueKind.Object } counts ? counts.GetProperty(name).GetUInt64() : 0;
        if (Count("applied") == 0)
            scheduler.Troubles.Add("no migration was applied although the hogs began on one domain");
        return report with { Enabled = scheduler.Enabled, Own = own, Requested = Count("requested"), Applied = Count("applied") };
    }
}
