// SPDX-License-Identifier: GPL-2.0-only
using System.Globalization;
using System.Text.RegularExpressions;
using Wd40.ArenaRuntime;
using Wd40.Vm;
using Wd40.VmTests.Harness;

namespace Wd40.VmTests;

/// <summary>Controls: what the other tests rely on fails when it should. Each boots a small guest of its own.</summary>
[Parallelizable(ParallelScope.Self)]
internal sealed class RunnerControlTests
{
    private static readonly VmTopology _small = new(1, 1, 2, 1, 1024);

    /// <summary>A warning in the kernel log turns the gate red, and a guest that panics is reported as dead with its last words.</summary>
    [Test, Property("Check", "gate")]
    public async Task Planted_warning_turns_the_gate_red_and_a_panic_is_reported_as_a_dead_guest()
    {
        await using var guest = await Guest.BootAsync(new GuestOptions { Kernel = "6.18", Topology = _small });
        var clean = await guest.ReadKernelLogAsync();
        Assert.That(KernelLogGate.Default.Check(clean), Is.Empty, "a guest that only booted");

        (await guest.CallAsync("echo 'WARNING: CPU: 0 PID: 1 at kernel/sched/ext.c:1 planted+0x0/0x10' > /dev/kmsg")).EnsureSuccess();
        var planted = await guest.ReadKernelLogAsync();
        Assert.That(KernelLogGate.Default.Check([.. planted.Skip(clean.Count)]), Has.Some.Contains("planted"));

        var death = await Assert.ThrowsAsync<GuestDeadException>(async () => await guest.CallAsync("echo c > /proc/sysrq-trigger; sleep 60"));
        Assert.That(string.Join('\n', death!.Console), Does.Contain("sysrq").IgnoreCase.Or.Contain("panic").IgnoreCase, "last lines of the console");
        Assert.That(death.ByEmulator, Is.False, "killed by the emulator");
    }

    /// <summary>A guest whose kernel dies of a breakpoint in its own code was killed by the emulator, and the message has the words that test.sh looks for.</summary>
    [Test, Property("Check", "gate")]
    public async Task A_stale_breakpoint_is_the_emulators()
    {
        await using var guest = await Guest.BootAsync(new GuestOptions { Kernel = "6.18", Topology = _small });
        var death = await Assert.ThrowsAsync<GuestDeadException>(
            async () => await guest.CallAsync("echo '<1>Oops: int3: 0000 [#1] SMP NOPTI' > /dev/kmsg; echo c > /proc/sysrq-trigger; sleep 60"));
        Assert.That(death!.ByEmulator, Is.True, "killed by the emulator");
        Assert.That(death.Message, Does.Contain("the emulator killed it"));
    }

    /// <summary>A kernel without sched_ext is refused with its own message and exit code, and nothing else happens.</summary>
    [Test, Property("Check", "doctor")]
    public async Task Kernel_without_sched_ext_is_refused()
    {
        await using var guest = await Guest.BootAsync(new GuestOptions { Kernel = "6.12", Topology = _small, Files = GuestPrograms.All() });
        var result = await guest.CallAsync($"{GuestPrograms.Wd40} run wd40");
        TestContext.Out.WriteLine($"{guest.Kernel.Name}: {result.Error.Trim()}");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(result.ExitCode, Is.EqualTo((int)ExitCode.UnfitMachine));
            Assert.That(result.Error, Does.Contain("sched_ext"));
            Assert.That(result.Error, Does.Not.Contain("Exception"));
        }
    }

    /// <summary>A guest in which files are missing, because its memory is too small for them, is refused with what to do about it.</summary>
    [Test, Property("Check", "gate"), Category(RunLength.FullOnly)]
    public async Task Files_that_do_not_fit_into_the_guest_are_no_secret()
    {
        var file = Path.GetTempFileName();
        try
        {
            await using (var stream = File.OpenWrite(file))
            {
                stream.SetLength(256 << 20);
            }

            var options = new GuestOptions
            {
                Kernel = "6.18",
                Topology = _small with { MemoryMiB = 640 },
                Files = [new GuestFile(file, "/opt/large"), new GuestFile("/etc/os-release", "/opt/last")],
            };
            var refused = await Assert.ThrowsAsync<VmException>(async () => await Guest.BootAsync(options));
            Assert.That(refused!.Message, Does.Contain("640 MiB").And.Contain("--memory"));

            var enough = int.Parse(Regex.Match(refused.Message, @"Give it (\d+) MiB").Groups[1].Value, CultureInfo.InvariantCulture);
            await using var guest = await Guest.BootAsync(options with { Topology = _small with { MemoryMiB = enough } });
            (await guest.CallAsync("test -s /opt/last && test $(stat -c %s /opt/large) = 268435456")).EnsureSuccess();
        }
        finally
        {
            File.Delete(file);
        }
    }
}
