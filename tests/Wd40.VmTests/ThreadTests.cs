// SPDX-License-Identifier: GPL-2.0-only
using Wd40.Vm;
using Wd40.VmTests.Harness;
using Wd40.VmTests.Reports;

namespace Wd40.VmTests;

/// <summary>
/// A machine with one cache and 8 cores of two hardware threads each. In instruction-count mode: with threads of the host that are slower than the
/// guest's timers, a core is often not idle because of what started the hogs.
/// </summary>
[TestFixture("6.18", Category = RunLength.FullOnly)]
[TestFixture(KernelCatalog.Newest)]
internal sealed class ThreadTests(string kernel) : MachineTests(kernel, new VmTopology(1, 1, 8, 2), clock: ClockMode.InstructionCount)
{
    /// <summary>
    /// Tasks that wake up on a machine with whole idle cores get one each. Of idle CPUs taken at random, no two of 5 would be of one core in 41 of 100
    /// rounds, so in at least 13 of 20 rounds in one of 50. 35 of 40 were seen (the default scheduler: 40): who loses its CPU to a task of a real-time
    /// class may be taken by the other thread of a busy core, and nobody moves it from there.
    /// </summary>
    [Test, Property("Check", "A-20")]
    public async Task Who_wakes_up_gets_a_whole_idle_core()
    {
        const int Rounds = 20, AtLeast = 13;
        var cores = (await Guest.CallAsync("cat /sys/devices/system/cpu/cpu*/topology/thread_siblings_list | sort -u")).EnsureSuccess().Output.Trim().Split('\n');
        Assert.That(cores, Has.Length.EqualTo(8).And.All.Match("^[0-9]+-[0-9]+$"), "control: cores of two threads");
        await SharedSchedulerAsync("");
        var apart = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var run = await LoadAsync<HogsReport>($"hogs --groups 5 --domains {string.Join(',', cores)} --warmup 0.1 --seconds 0.4 --sample-ms 100");
            var last = run.Samples![^1].HogsPerDomain;
            Assert.That(last.Sum(), Is.EqualTo(5), "hogs seen");
            apart += last.Max() == 1 ? 1 : 0;
        }

        await TestContext.Out.WriteLineAsync($"5 hogs on 8 cores of two threads: each on a core of its own in {apart} of {Rounds} rounds");
        Assert.That(apart, Is.GreaterThanOrEqualTo(AtLeast), "rounds in which no two shared a core");
    }
}
