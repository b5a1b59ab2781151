// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime;
using Wd40.VmTests.Harness;

namespace Wd40.VmTests;

/// <summary>The C# halves change while the kernel half goes on.</summary>
internal sealed partial class FunctionTests
{
    /// <summary>
    /// Beside 8 hogs that all have their home in one domain: nothing is moved while the balancer is off, and it moves them once it is switched on;
    /// slices follow, a bad value changes nothing, and all the while the same scheduler is attached.
    /// </summary>
    [Test, Order(1), Property("Check", "live"), Category(RunLength.FullOnly)]
    public async Task Balancer_and_slices_are_switched_without_detaching()
    {
        const int Polls = 60;
        var scheduler = await SharedSchedulerAsync("--no-load-balance -i 0.5");
        var sequence = await ReadWordAsync(EnableSequence);
        var before = await scheduler.TotalsAsync();
        // They run until the test has seen all it wants: the commands between take seconds of an emulated CPU each.
        var hogs = await Guest.StartAsync($"exec {GuestPrograms.Load} hogs --groups 8 --start-on 0-3 --widen-after 0.5 --warmup 1 --seconds 240");
        await Task.Delay(TimeSpan.FromSeconds(4));
        var refused = await TuneAsync("load-balance=true slice-us-overutil=0");
        var untouched = (await TuneAsync("")).EnsureSuccess();
        var off = await scheduler.TotalsAsync();
        var on = (await TuneAsync("load-balance=true slice-us-overutil=700 slice-us-underutil=3000")).EnsureSuccess();
        var after = await scheduler.TotalsAsync();
        for (var poll = 0; poll < Polls && after.NrMigrations == off.NrMigrations; poll++)
        {
            await Task.Delay(TimeSpan.FromSeconds(1));
            after = await scheduler.TotalsAsync();
        }
        await hogs.KillAsync(SigKill);
        await hogs.EndAsync();
        TestContext.Out.WriteLine(
            $"migrations {off.NrMigrations - before.NrMigrations} off, {after.NrMigrations - off.NrMigrations} on; slice {off.SliceUs}, {after.SliceUs} us");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(off.NrMigrations, Is.EqualTo(before.NrMigrations), "migrations while it was off");
            Assert.That(refused.ExitCode, Is.EqualTo((int)ExitCode.Usage), refused.Error);
            Assert.That(refused.Error, Does.Contain("slice-us-overutil: '0' is not valid; valid: 1 to 1000000000"));
            Assert.That(untouched.Output, Does.Contain("load-balance=false\n").And.Contain("slice-us-overutil=1000\n"), "after a change that was refused");
            Assert.That(on.Output, Does.Contain("load-balance=true\n").And.Contain("slice-us-overutil=700\n"));
            Assert.That(after.NrMigrations, Is.GreaterThan(off.NrMigrations), "migrations once it was on");
            Assert.That(after.SliceUs, Is.EqualTo(700).Or.EqualTo(3000), "slice");
            Assert.That(scheduler.Job.ErrorSoFar, Does.Contain("changed while running: load-balance false -> true, slice-us-overutil 1000 -> 700"));
            Assert.That(scheduler.Job.HasEnded, Is.False, "the scheduler still runs");
            Assert.That(await ReadWordAsync(EnableSequence), Is.EqualTo(sequence), "schedulers enabled since boot");
        }
    }

    private Task<Wd40.Vm.GuestResult> TuneAsync(string settings) => Guest.CallAsync($"{GuestPrograms.Wd40} tune {settings}");
}
