// SPDX-License-Identifier: GPL-2.0-only
using Wd40.Vm;

namespace Wd40.UnitTests.Vm;

/// <summary>Which deaths at boot are the emulator's.</summary>
internal sealed class EmulatorFaultTests
{
    private static readonly string[] _staleBreakpoint =
    [
        "[    2.045480] pnp: PnP ACPI: found 4 devices", "[    2.046217] Oops: int3: 0000 [#2] SMP NOPTI",
        "[    2.045906] RIP: 0010:set_next_task_fair+0x609/0x780", "[    2.045906] Kernel panic - not syncing: Fatal exception in interrupt",
    ];

    [TestCase(ClockMode.Parallel, true)]
    [TestCase(ClockMode.InstructionCount, false, Description = "one thread patches and runs")]
    [TestCase(ClockMode.Kvm, false, Description = "hardware")]
    public void A_stale_breakpoint_is_the_emulators_only_with_a_thread_per_CPU(ClockMode clock, bool killed) =>
        Assert.That(EmulatorFault.Killed(clock, _staleBreakpoint), Is.EqualTo(killed));

    [TestCase("[    3.1] BUG: kernel NULL pointer dereference, address: 0000000000000000")]
    [TestCase("[    3.1] Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000100")]
    [TestCase("[    3.1] Oops: general protection fault: 0000 [#1] SMP NOPTI")]
    public void Other_deaths_are_the_guests(string line) => Assert.That(EmulatorFault.Killed(ClockMode.Parallel, [line]), Is.False);
}
