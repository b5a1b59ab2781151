// SPDX-License-Identifier: GPL-2.0-only
using System.Runtime.InteropServices;
using Wd40.Schedulers;

namespace Wd40.UnitTests.Schedulers;

/// <summary>
/// Which signals ask to stop, and which of them leave the kernel half to a successor. They are not sent: where the tests were started in the background,
/// SIGINT is ignored.
/// </summary>
internal sealed class StopRequestTests
{
    [Test]
    public void Term_LeavesAndInterruptDoesNot([Values(PosixSignal.SIGTERM, PosixSignal.SIGINT)] PosixSignal signal)
    {
        using var stop = new StopRequest();
        var context = new PosixSignalContext(signal);
        stop.Handle(context);
        Assert.That(context.Cancel, Is.True, "the process goes on");
        Assert.That(stop.Wait(0), Is.True);
        Assert.That(stop.IsTermination, Is.EqualTo(signal == PosixSignal.SIGTERM));
    }

    /// <summary>Who presses Ctrl-C wants it to end, whatever a service manager asked before or after.</summary>
    [Test]
    public void Interrupt_EndsBothBeforeAndAfterTerm([Values] bool first)
    {
        using var stop = new StopRequest();
        stop.Handle(new PosixSignalContext(first ? PosixSignal.SIGINT : PosixSignal.SIGTERM));
        stop.Handle(new PosixSignalContext(first ? PosixSignal.SIGTERM : PosixSignal.SIGINT));
        Assert.That(stop.IsTermination, Is.False);
    }

    [Test]
    public void RequestOfTheProcessItself_EndsBoth()
    {
        using var stop = new StopRequest();
        stop.Request();
        Assert.That(stop.IsRequested, Is.True);
        Assert.That(stop.IsTermination, Is.False);
    }
}
