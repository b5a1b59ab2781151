// SPDX-License-Identifier: GPL-2.0-only
using Wd40.Vm;
using Wd40.VmTests.Harness;
using Wd40.VmTests.Reports;

namespace Wd40.VmTests;

/// <summary>A debugger at the process that decides.</summary>
internal sealed partial class RustlandTests
{
    /// <summary>
    /// Every thread of the process is stopped by ptrace, as a debugger does at a breakpoint, for longer than the watchdog's time: the machine goes on
    /// meanwhile, and the policy decides again when the debugger lets go.
    /// </summary>
    [Test, Order(1), Property("Check", "rustland-debugger"), Category(RunLength.OneKernel)]
    public async Task A_debugger_that_stops_the_process_stops_nobody_else()
    {
        const double Settle = 1, After = 2;
        // Of the runtime: main thread, signals, finalizer, what brings it back from sleep, debugger and its pipe, event pipe. And the statistics.
        const int Threads = 8;
        var hold = RunLength.Of(WatchdogSeconds + 1, 15);
        var scheduler = await SharedAsync();
        var before = await scheduler.UntilDecidingAsync();
        var process = (await Guest.CallAsync("pidof wd40")).EnsureSuccess().Output.Trim();
        // What debuggers and tracers find the process by.
        var socket = await Guest.CallAsync($"test -S /tmp/dotnet-diagnostic-{process}-*-socket");
        var load = await StartHogsAsync("8,4:nice=5", Settle + hold + After);
        await SleepAsync(Settle);
        var held = (await Guest.CallAsync(FormattableString.Invariant($"{GuestPrograms.Hold} {process} {hold}"))).ReadJson<HoldReport>();
        var hogs = (await load.EndAsync()).ReadJson<HogsReport>();
        var after = await scheduler.UntilDecidingAsync();
        TestContext.Out.WriteLine(FormattableString.Invariant($"{held.Threads} threads held for {held.HeldNs / 1e9:F2} s: {Describe(hogs)}; {Describe(before, after)}"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(socket.ExitCode, Is.Zero, "the runtime's diagnostic socket is there");
            Assert.That(held.Threads, Is.GreaterThanOrEqualTo(Threads), "threads that stood still");
            Assert.That(held.HeldNs / 1e9, Is.GreaterThan(WatchdogSeconds), "seconds for which they did");
            Assert.That(after["nr_takeovers"] - before["nr_takeovers"], Is.Positive, "takeovers");
            Assert.That(after["nr_taken_over"] - before["nr_taken_over"], Is.Positive, "tasks that the kernel half served meanwhile");
            Assert.That(after["nr_user_dispatches"], Is.GreaterThan(before["nr_user_dispatches"]), "decisions");
        }
        await RequireServedAsync(scheduler, hogs);
    }
}
