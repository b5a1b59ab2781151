// SPDX-License-Identifier: GPL-2.0-only
using System.Globalization;
using System.Text.RegularExpressions;
using Wd40.Schedulers;
using Wd40.Vm;
using Wd40.VmTests.Harness;

namespace Wd40.VmTests;

/// <summary>What holds on every machine: domains follow its caches and nodes.</summary>
internal abstract partial class MachineTests(
    string kernel, VmTopology machine, string scheduler = Wd40Scheduler.Name, ClockMode clock = ClockMode.Parallel)
    : GuestFixture(kernel, machine, clock, scheduler)
{
    /// <summary>Order of the test that ends the shared run: others that use the run come before it.</summary>
    protected const int Last = 4;

    /// <summary>Domains that the scheduler logs and serves are the groups of CPUs that sysfs says share a cache.</summary>
    [Test, Order(Last), Property("Check", "A-3"), Category(RunLength.OneKernel)]
    public async Task Domains_are_those_of_sysfs()
    {
        var machine = Guest.Options.Topology;
        var scheduler = await SharedSchedulerAsync("");
        var served = (await scheduler.TotalsAsync()).Nodes;
        var ended = await scheduler.StopAsync();
        var logged = DomainLine().Matches(ended.Error)
            .Select(line => (Domain: Number(line.Groups["domain"]), Node: Number(line.Groups["node"]), Cpus: line.Groups["cpus"].Value)).ToArray();
        var caches = await LinesAsync("cat /sys/devices/system/cpu/cpu*/cache/index3/shared_cpu_list | sort -u");
        var nodeOfCpu = (await LinesAsync("for n in /sys/devices/system/node/node*; do echo $(basename $n) $(cat $n/cpulist); done"))
            .Select(line => line.Split(' ')).ToDictionary(word => word[1], word => int.Parse(word[0]["node".Length..], CultureInfo.InvariantCulture));
        var found = logged.Select(domain => $"domain {domain.Domain} on node {domain.Node}: CPUs {domain.Cpus}");
        TestContext.Out.WriteLine($"{machine}: {string.Join("; ", found)}");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(ended.ExitCode, Is.Zero, ended.Error);
            Assert.That(logged.Select(domain => domain.Domain), Is.EqualTo(Enumerable.Range(0, machine.Llcs)), "numbers of the domains");
            Assert.That(logged.Select(domain => domain.Cpus), Is.EquivalentTo(caches), "CPUs of the domains against caches in sysfs");
            Assert.That(logged.Select(domain => domain.Node).Distinct().Count(), Is.EqualTo(machine.Nodes), "nodes");
            Assert.That(served, Has.Count.EqualTo(machine.Nodes), "nodes in the statistics");
            Assert.That(served.Values.Sum(node => node.Doms.Count), Is.EqualTo(machine.Llcs), "domains in the statistics");
            Assert.That(served.Values.SelectMany(node => node.Doms.Values).Select(domain => domain.NrCpus), Is.All.EqualTo(machine.CpusPerLlc));
            if (machine.LlcsPerNode == 1)
            {
                foreach (var domain in logged)
                    Assert.That(nodeOfCpu[domain.Cpus], Is.EqualTo(domain.Node), $"node of CPUs {domain.Cpus} in sysfs");
            }
        }
    }

    private static int Number(Group group) => int.Parse(group.Value, CultureInfo.InvariantCulture);

    private async Task<string[]> LinesAsync(string command) =>
        (await Guest.CallAsync(command)).EnsureSuccess().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>A line of the log about a domain.</summary>
    [GeneratedRegex(@"domain (?<domain>\d+), node (?<node>\d+): CPUs (?<cpus>[\d,-]+)")]
    protected static partial Regex DomainLine();
}
