// SPDX-License-Identifier: GPL-2.0-only
using Wd40.Schedulers;
using Wd40.Vm;
using Wd40.VmTests.Harness;

namespace Wd40.VmTests;

/// <summary>
/// Kernels on which little else is tested, each with a verifier of its own, on a machine of four domains: what it looks at depends on their number,
/// which is read-only data.
/// </summary>
[TestFixture("6.16")]
[TestFixture("6.17")]
[TestFixture("6.19")]
[TestFixture("7.0")]
[TestFixture("7.2")]
[Category(RunLength.FullOnly)]
internal sealed class VerifierTests(string kernel) : GuestFixture(kernel, new VmTopology(2, 2, 2), ClockMode.InstructionCount)
{
    /// <summary>All programs of a scheduler are loaded.</summary>
    /// <remarks>On 7.0 "verifier bug: global subprog unexpected regs" in dispatch, with four domains and not with two (<c>wd_each_calling</c>).</remarks>
    [TestCase(Wd40Scheduler.Name), TestCase(RustlandScheduler.Name), Property("Check", "verifier")]
    public async Task A_scheduler_of_four_domains_is_verified(string scheduler)
    {
        var run = await Guest.CallAsync($"{GuestPrograms.Wd40} run {scheduler} --dry-run");
        await TestContext.Out.WriteLineAsync(run.Output);
        Assert.That(run.ExitCode, Is.Zero, run.Error);
    }

    /// <summary>... and so are all load-balance and deadline modules, with the placement that knows of nodes.</summary>
    [TestCase("vtime", "level"), TestCase("fifo", "none"), Property("Check", "verifier")]
    public async Task A_combination_on_four_domains_is_verified(string deadline, string balance)
    {
        var run = await Guest.CallAsync($"{GuestPrograms.Wd40} run compose --placement numa --deadline {deadline} --balance {balance} --dry-run");
        Assert.That(run.ExitCode, Is.Zero, run.Error);
    }
}
