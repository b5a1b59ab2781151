// SPDX-License-Identifier: GPL-2.0-only
using Wd40.Vm;

namespace Wd40.UnitTests.Vm;

internal sealed class QemuCommandLineTests
{
    [Test]
    public void Every_clock_mode_keeps_the_tsc_and_ends_on_a_panic([Values] ClockMode clock)
    {
        Assert.That(Line(clock).KernelArguments().Split(' '), Is.SupersetOf(new[] { "tsc=reliable", "panic=-1", "console=ttyS0" }));
        Assert.That(Line(clock).Arguments(), Does.Contain("-no-reboot"));
    }

    [Test]
    public void Instruction_counting_is_one_thread_with_nothing_random()
    {
        var line = Line(ClockMode.InstructionCount);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(string.Join(' ', line.Arguments()), Does.Contain("-accel tcg,thread=single").And.Contain("-icount shift=3,sleep=off").And.Contain("-seed 1").And.Contain("clock=vm"));
            Assert.That(line.KernelArguments().Split(' '), Is.SupersetOf(new[] { "nokaslr", "norandmaps" }));
            Assert.That(Line(ClockMode.Parallel).KernelArguments(), Does.Not.Contain("nokaslr"));
            Assert.That(Line(ClockMode.Parallel).Arguments(), Does.Contain("tcg,thread=multi").And.Not.Contain("-icount"));
        }
    }

    [Test]
    public void An_emulated_processor_does_not_copy_byte_by_byte([Values] ClockMode clock)
    {
        var cpu = Line(clock).Arguments().SkipWhile(argument => argument != "-cpu").ElementAt(1);
        Assert.That(cpu, Is.EqualTo(clock == ClockMode.Kvm ? "host" : "max,-erms,-fsrm"));
    }

    [Test]
    public void Callers_kernel_arguments_come_last()
    {
        Assert.That((Line(ClockMode.Parallel) with { Append = "isolcpus=1" }).KernelArguments(), Does.EndWith(" isolcpus=1"));
    }

    [Test]
    public void Console_goes_to_the_file_or_with_a_shell_to_the_terminal()
    {
        var file = Line(ClockMode.Parallel);
        var terminal = file with { ConsoleFile = null };
        using (Assert.EnterMultipleScope())
        {
            Assert.That(file.Arguments(), Does.Contain("file:/run/a,,b/console"), "a comma in a path is doubled");
            Assert.That(file.KernelArguments(), Does.Not.Contain("wd40.shell"));
            Assert.That(terminal.Arguments(), Does.Contain("mon:stdio"));
            Assert.That(terminal.KernelArguments(), Does.Contain("wd40.shell"));
        }
    }

    private static QemuCommandLine Line(ClockMode clock) =>
        new("/boot/vmlinuz", "/run/initramfs", VmTopology.TwoLlcs, clock, "/run/agent") { ConsoleFile = "/run/a,b/console" };
}
