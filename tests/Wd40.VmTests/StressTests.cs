// SPDX-License-Identifier: GPL-2.0-only
using System.Globalization;
using System.Text.RegularExpressions;
using Wd40.Schedulers;
using Wd40.Vm;
using Wd40.VmTests.Harness;

namespace Wd40.VmTests;

/// <summary>
/// The load under which upstream dropped its hybrid scheduler from CI: stress-ng's CPU, fork, context-switch, affinity and futex stressors, each with twice
/// as many instances as there are CPUs, for 10 minutes, 10 times in a row. 8 CPUs as 2 nodes of 2 caches, emulated in parallel.
/// </summary>
/// <remarks>One scheduler, attached once, takes the five runs of a half; a half is a boot and a piece of <c>./test.sh --full</c>. Without WD40_FULL
/// a run takes a minute.</remarks>
[TestFixture("6.18", Wd40Scheduler.Name, "first")]
[TestFixture("6.18", Wd40Scheduler.Name, "second")]
[TestFixture(KernelCatalog.Newest, Wd40Scheduler.Name, "first")]
[TestFixture(KernelCatalog.Newest, Wd40Scheduler.Name, "second")]
[TestFixture(KernelCatalog.Newest, RustyScheduler.Name, "first")]
[TestFixture(KernelCatalog.Newest, RustyScheduler.Name, "second")]
internal sealed partial class StressTests(string kernel, string scheduler, string half)
    : GuestFixture(kernel, new VmTopology(2, 2, 2), ClockMode.Parallel, scheduler)
{
    private const int Instances = 2 * 8;

    /// <summary>What runs at the same time: the CPU stressor goes through all of its methods.</summary>
    private static readonly string[] _stressors = ["cpu", "fork", "vfork", "switch", "context", "affinity", "futex"];

    private static readonly int _seconds = RunLength.Of(60, 600);

    /// <summary>The scheduler stays attached, every stressor gets on and computes rightly, every task has a slot.</summary>
    [Test, Property("Check", "stress-ng"), Category(RunLength.FullOnly)]
    public async Task Stress_does_not_eject_the_scheduler([Range(1, 5)] int run)
    {
        var running = await SharedSchedulerAsync("");
        var sequence = await ReadWordAsync(EnableSequence);
        var options = string.Join(' ', _stressors.Select(name => $"--{name} {Instances}"));
        // stress-ng waits for its stressors for some time after their end, and reports what they computed wrongly as a failure.
        var stress = await Guest.CallAsync($"stress-ng {options} --cpu-method all --verify --timeout {_seconds} --metrics-brief 2>&1");
        var operations = Metric().Matches(stress.Output)
            .ToDictionary(match => match.Groups[1].Value, match => long.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture));
        var log = string.Join(", ", operations.Select(metric => $"{metric.Key} {metric.Value}"));
        TestContext.Out.WriteLine($"{half} half, run {run}: {_seconds} s, operations: {log}");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(running.Job.HasEnded, Is.False, $"the scheduler ended: {running.Job.ErrorSoFar}");
            Assert.That(await StateAsync(), Is.EqualTo("enabled"));
            Assert.That(await ReadWordAsync(EnableSequence), Is.EqualTo(sequence), "schedulers enabled since boot");
            Assert.That(stress.ExitCode, Is.Zero, stress.Output);
            Assert.That(operations.Keys, Is.EquivalentTo(_stressors), stress.Output);
            Assert.That(operations.Values, Is.All.Positive, "operations of each stressor");
        }
        var held = await running.TotalsAsync();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(held.NrSlotErrors, Is.Zero, "slot errors");
            Assert.That(held.NrUntracked, Is.Zero, "tasks without a slot");
        }
    }

    private const string EnableSequence = "/sys/kernel/sched_ext/enable_seq";

    /// <summary>A stressor's line of --metrics-brief: its name, operations, times and rates.</summary>
    [GeneratedRegex(@"^stress-ng: metrc: \[\d+\] (\w+) +(\d+) +[\d.]+ ", RegexOptions.Multiline)]
    private static partial Regex Metric();
}
