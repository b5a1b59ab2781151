// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime;

namespace Wd40.UnitTests.Schedulers;

/// <summary>Each complaint on a made-up tree, so that its message is tested without the sick machine.</summary>
[TestFixture]
public sealed class DoctorTests
{
    private string _root = null!;

    [SetUp]
    public void SetUp()
    {
        _root = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"tree-{Guid.NewGuid():N}");
        Write("/sys/kernel/sched_ext/state", "disabled\n");
        Write("/sys/kernel/sched_ext/hotplug_seq", "7\n");
        Write("/sys/kernel/sched_ext/enable_seq", "3\n");
        Write("/proc/sys/kernel/osrelease", "6.18.15\n");
        Write("/proc/sys/net/core/bpf_jit_enable", "1\n");
        Write("/proc/self/status", "Name:\twd40\nCapEff:\t000001ffffffffff\n");
    }

    [TearDown]
    public void TearDown() => Directory.Delete(_root, recursive: true);

    [Test]
    public void A_healthy_tree_passes_everything_but_the_types_it_does_not_have() =>
        Assert.That(Failed().Select(check => check.Name), Is.EqualTo(new[] { "kernel types" }));

    [Test]
    public void Files_are_read_as_they_are() => Assert.Multiple(() =>
    {
        var kernel = Kernel();
        Assert.That(kernel.State, Is.EqualTo(KernelInterface.Disabled));
        Assert.That(kernel.HotplugSequence, Is.EqualTo(7));
        Assert.That(kernel.EnableSequence, Is.EqualTo(3));
        Assert.That(kernel.Release, Is.EqualTo("6.18.15"));
        Assert.That(kernel.RunningScheduler, Is.Empty);
        Assert.That(kernel.TypesPath, Is.Null);
    });

    [Test]
    public void Another_scheduler_is_named()
    {
        Write("/sys/kernel/sched_ext/state", "enabled\n");
        Write("/sys/kernel/sched_ext/root/ops", "rusty_1.0\n");
        Expect("other schedulers", "rusty_1.0", "Stop it first");
        Assert.That(Assert.Throws<SchedulerException>(() => Doctor().Require()).ExitCode, Is.EqualTo(ExitCode.UnfitMachine));
    }

    [Test]
    public void A_scheduler_that_is_just_coming_counts()
    {
        Write("/sys/kernel/sched_ext/state", "enabling\n");
        Expect("other schedulers", "enabling", "Stop it first");
    }

    [Test]
    public void A_kernel_without_sched_ext_is_recognised()
    {
        Directory.Delete(_root + "/sys/kernel/sched_ext", recursive: true);
        Expect("sched_ext", "6.18.15", "CONFIG_SCHED_CLASS_EXT=y");
    }

    [Test]
    public void A_jit_that_is_off_is_recognised()
    {
        Write("/proc/sys/net/core/bpf_jit_enable", "0\n");
        Expect("BPF JIT", "524", "net.core.bpf_jit_enable=1");
    }

    [Test]
    public void A_realtime_kernel_is_recognised()
    {
        Write("/sys/kernel/realtime", "1\n");
        Expect("preemption", "PREEMPT_RT", "without PREEMPT_RT");
    }

    [TestCase("0000000000000000", "CAP_SYS_ADMIN, CAP_PERFMON, CAP_BPF")]
    [TestCase("000000c000000000", "CAP_SYS_ADMIN")]
    [TestCase("0000004000200000", "CAP_BPF")]
    public void Missing_capabilities_are_named(string mask, string missing)
    {
        Write("/proc/self/status", $"Name:\twd40\nCapEff:\t{mask}\n");
        Expect("privileges", $"lacks {missing}", "root");
    }

    [Test]
    public void Type_information_that_is_none_is_refused()
    {
        Write("/sys/kernel/btf/vmlinux", "not BTF");
        Expect("kernel types", "type information", "CONFIG_DEBUG_INFO_BTF=y");
    }

    private void Expect(string name, string finding, string remedy)
    {
        var check = Failed().Single(check => check.Name == name);
        Assert.Multiple(() =>
        {
            Assert.That(check.Finding, Does.Contain(finding));
            Assert.That(check.Remedy, Does.Contain(remedy).And.Not.Empty);
        });
    }

    private Doctor Doctor() => new(Kernel(), new KernelTypes(Kernel()));

    private KernelInterface Kernel() => new(_root, _root);

    private IEnumerable<DoctorCheck> Failed() => Doctor().Examine().Where(check => !check.Passed);

    private void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_root + path)!);
        File.WriteAllText(_root + path, text);
    }
}
