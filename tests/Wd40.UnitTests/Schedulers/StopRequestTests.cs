// SPDX-License-Identifier: GPL-2.0-only
using System.Diagnostics;
using Wd40.Schedulers;

namespace Wd40.UnitTests.Schedulers;

/// <summary>Which signals ask to stop, and which of them leave the kernel half to a successor.</summary>
[NonParallelizable]
internal sealed class StopRequestTests
{
    [Test]
    public void Term_LeavesAndInterruptDoesNot([Values("TERM", "INT")] string signal)
    {
        using var stop = new StopRequest();
        Send(signal);
        Assert.That(stop.Wait(10_000), Is.True);
        Assert.That(stop.IsTermination, Is.EqualTo(signal == "TERM"));
    }

    /// <summary>Who presses Ctrl-C wants it to end, whatever a service manager asked before.</summary>
    [Test]
    public void InterruptAfterTerm_EndsBoth()
    {
        using var stop = new StopRequest();
        Send("TERM");
        Assert.That(() => stop.IsTermination, Is.True.After(10_000, 5));
        Send("INT");
        Assert.That(() => stop.IsTermination, Is.False.After(10_000, 5));
    }

    [Test]
    public void RequestOfTheProcessItself_EndsBoth()
    {
        using var stop = new StopRequest();
        stop.Request();
        Assert.That(stop.IsRequested, Is.True);
        Assert.That(stop.IsTermination, Is.False);
    }

    private static void Send(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }
}
