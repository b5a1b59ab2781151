// SPDX-License-Identifier: GPL-2.0-only
using System.Text;
using Wd40.Vm;

namespace Wd40.UnitTests.Vm;

internal sealed class KernelLogGateTests
{
    private static readonly DateOnly _today = new(2026, 6, 1);

    [TestCase("WARNING: CPU: 1 PID: 77 at kernel/sched/ext.c:3300 scx_foo+0x1/0x2")]
    [TestCase("BUG: kernel NULL pointer dereference, address: 0000000000000010")]
    [TestCase("BUG: scheduling while atomic: sh/1/0x2")]
    [TestCase("Oops: 0000 [#1] PREEMPT SMP NOPTI")]
    [TestCase("Oops: general protection fault, probably for non-canonical address")]
    [TestCase("Call Trace:")]
    [TestCase("rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:")]
    [TestCase("rcu: INFO: rcu_preempt self-detected stall on CPU")]
    [TestCase("watchdog: BUG: soft lockup - CPU#0 stuck for 26s! [sh:1]")]
    [TestCase("INFO: task kworker/0:1:9 blocked for more than 120 seconds.")]
    [TestCase("unchecked MSR access error: RDMSR from 0x1")]
    [TestCase("Kernel panic - not syncing: sysrq triggered crash")]
    [TestCase("wd40-agent: kernel log records lost")]
    public void Trouble_is_found(string text)
    {
        Assert.That(KernelLogGate.Default.Check([Record("Linux version 6.18"), Record(text)]), Has.Count.EqualTo(1).And.Some.Contains(text));
    }

    /// <summary>An ejected scheduler is the checks' business, with a reason; the gate is for the kernel's own health.</summary>
    [TestCase("sched_ext: BPF scheduler \"wd40\" enabled")]
    [TestCase("sched_ext: BPF scheduler \"wd40\" disabled (runtime error)")]
    [TestCase("sched_ext: wd40:    bpf__sched_ext_ops_enqueue+0x4b/0xa8")]
    [TestCase("sched_ext: fx: watchdog timeout 3000ms <= rescue overload threshold 4096ms")]
    [TestCase("rcu: Hierarchical RCU implementation.")]
    public void Expected_lines_are_not_trouble(string text)
    {
        Assert.That(KernelLogGate.Default.Check([Record(text)]), Is.Empty);
    }

    [Test]
    public void A_log_that_was_not_captured_is_no_clean_log()
    {
        Assert.That(KernelLogGate.Default.CheckWhole([]), Has.Some.Contains("empty"));
        Assert.That(KernelLogGate.Default.CheckWhole([Record("Linux version 6.18")]), Is.Empty);
    }

    [TestCase("2026-06-01", 0, TestName = "An exception counts up to its day")]
    [TestCase("2026-05-31", 1, TestName = "An expired exception no longer counts")]
    public void Exceptions_expire(string until, int findings)
    {
        var gate = KernelLogGate.FromAllowList($"# heading\n\nWARNING: .*at foo\\.c\t{until}\tknown, harmless\n", _today);
        Assert.That(gate.Check([Record("WARNING: CPU: 0 at foo.c:1")]), Has.Count.EqualTo(findings));
        Assert.That(gate.Check([Record("WARNING: CPU: 0 at bar.c:1")]), Has.Count.EqualTo(1), "another warning stays one");
    }

    [TestCase("WARNING:")]
    [TestCase("WARNING:\t2026-06-01")]
    [TestCase("WARNING:\t2026-06-01\t ")]
    [TestCase("WARNING:\tsoon\treason")]
    [TestCase("\t2026-06-01\treason")]
    public void A_broken_allow_list_is_refused(string line)
    {
        Assert.That(() => KernelLogGate.FromAllowList(line, _today), Throws.InstanceOf<FormatException>().With.Message.Contains("line 1"));
    }

    [Test]
    public void Records_are_read_with_level_time_and_further_lines()
    {
        var record = KernelLogRecord.Parse(Encoding.UTF8.GetBytes("12,339,5140900,-;line one\nline two\n SUBSYSTEM=acpi\n DEVICE=+acpi:1\n"));
        Assert.That(record, Is.EqualTo(new KernelLogRecord(4, TimeSpan.FromMicroseconds(5140900), "line one\nline two")));
        Assert.That(record.ToString(), Is.EqualTo("[    5.140900] line one\nline two"));
    }

    [TestCase("")]
    [TestCase("hello")]
    [TestCase("x,1,2,-;text")]
    [TestCase("6,1;text")]
    public void What_is_no_record_is_refused(string text)
    {
        Assert.That(() => KernelLogRecord.Parse(Encoding.UTF8.GetBytes(text)), Throws.InstanceOf<FormatException>());
    }

    private static KernelLogRecord Record(string text) => new(4, TimeSpan.FromSeconds(1), text);
}
