// SPDX-License-Identifier: GPL-2.0-only
using Wd40.VmTests.Harness;
using Wd40.VmTests.Reports;

namespace Wd40.VmTests;

/// <summary>Hogs in a stream of short processes.</summary>
internal sealed partial class FigureTests
{
    private StreamReport? _streamBefore;

    /// <summary>Hogs that ran alone for long are not starved by a stream of short processes, each of which comes with a clean slate.</summary>
    [Test, Property("Check", "A-10"), Category(RunLength.OneKernel)]
    public async Task When_short_processes_come_and_go_hogs_go_on()
    {
        await DefaultsAsync();
        var scheduler = await SharedSchedulerAsync("");
        var own = await StreamAsync();
        // 8 hogs and 8 processes on 8 CPUs.
        const double Fair = 0.5;
        Note($"{own.Processes} processes beside {own.Hogs} hogs; CPUs of the hog that got least in each window "
            + $"{string.Join(" ", own.Windows.Select(window => Text(window.ShareMin)))}, mean {Text(own.Windows.Average(window => window.ShareMean))}; "
            + $"default scheduler {string.Join(" ", _streamBefore!.Windows.Select(window => Text(window.ShareMin)))}, "
            + $"mean {Text(_streamBefore.Windows.Average(window => window.ShareMean))} and {_streamBefore.Processes} processes");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(own.Processes, Is.GreaterThan(_streamBefore.Processes / 2), "processes that came and went");
            Assert.That(own.Windows.Min(window => window.ShareMin), Is.GreaterThan(0.3 * Fair), "CPUs of the hog that got least in any window");
            Assert.That(scheduler.Job.HasEnded, Is.False, "wd40 has ended");
        }
    }

    /// <summary>
    /// Each process takes 0.2 s of CPU time: 25 ms on the idle machine on which its work is measured, 8 times that on a busy one, where the
    /// instructions of all CPUs move the guest's one clock.
    /// </summary>
    private Task<StreamReport> StreamAsync() => LoadAsync<StreamReport>(
        $"stream --alone {RunLength.Of(4, 30)} --windows {RunLength.Of(1, 30)} --window 10 --parallel 8 --work-ms 25");
}
