// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime;

namespace Wd40.UnitTests.ArenaRuntime;

/// <summary>What becomes of libbpf's messages.</summary>
[TestFixture]
public sealed class BpfLogTests
{
    private const string Rejected = """
        libbpf: prog 'wd_enqueue': BPF program load failed: Permission denied
        libbpf: prog 'wd_enqueue': -- BEGIN PROG LOAD LOG --
        0: R1=ctx() R10=fp0
        1: (79) r6 = *(u64 *)(r1 +0)
        R6 invalid mem access 'scalar'
        processed 2 insns (limit 1000000) max_states_per_insn 0
        -- END PROG LOAD LOG --
        libbpf: failed to load object 'x'
        """;

    [TestCase("libbpf: Error loading BTF: Invalid argument(22). BTF is optional, ignoring.")]
    [TestCase("libbpf: extern 'CONFIG_X' (strong): not resolved")]
    [TestCase("libbpf: func_proto [12] incompatible with vmlinux [34]")]
    public void Lines_that_libbpf_passes_over_are_errors(string line)
    {
        var capture = new BpfLogCapture(null);
        capture.Add(BpfLogLevel.Warning, line);
        Assert.That(() => capture.Check("load x", 0), Throws.TypeOf<SchedulerException>().With.Message.Contains(line["libbpf: ".Length..]));
    }

    [TestCase("libbpf: elf: skipping unrecognized data section(15) .wd40.module")]
    [TestCase("libbpf: struct_ops init_kern: member init_cids not found in kernel, skipping it as it's set to zero")]
    public void Lines_that_mean_nothing_are_no_errors(string line)
    {
        var capture = new BpfLogCapture(null);
        capture.Add(BpfLogLevel.Warning, line);
        Assert.That(() => capture.Check("load x", 0), Throws.Nothing);
    }

    [Test]
    public void Errno_is_kept_and_explained()
    {
        var capture = new BpfLogCapture(null);
        capture.Add(BpfLogLevel.Warning, "libbpf: map 'm': failed to create: Operation not permitted");
        Assert.That(() => capture.Check("load x", -1), Throws.TypeOf<BpfException>()
            .With.Message.EqualTo("cannot load x: EPERM (1): not permitted (libbpf: map 'm': failed to create: Operation not permitted)")
            .And.Property(nameof(BpfException.Error)).EqualTo(1)
            .And.Property(nameof(BpfException.ErrorName)).EqualTo("EPERM")
            .And.Property(nameof(BpfException.Remedy)).Contains("root"));
    }

    [Test]
    public void Verifier_verdict_is_shown_and_the_whole_log_kept()
    {
        var capture = new BpfLogCapture(null);
        capture.Add(BpfLogLevel.Warning, Rejected);
        var failure = Assert.Throws<BpfException>(() => capture.Check("load x", -13))!;
        Assert.That(failure.ExitCode, Is.EqualTo(ExitCode.RejectedByVerifier));
        Assert.That(failure.Message, Does.Contain("verifier rejected program wd_enqueue").And.Contain("R6 invalid mem access 'scalar'").And.Not.Contain("processed 2 insns"));
        Assert.That(File.ReadAllText(failure.LogFile!), Does.Contain("processed 2 insns"));
        Directory.Delete(Path.GetDirectoryName(failure.LogFile!)!, recursive: true);
    }

    [Test]
    public void Old_libbpf_is_refused() => Assert.That(() => LibbpfVersion.Require(new Version(1, 1)),
        Throws.TypeOf<SchedulerException>().With.Message.Contains("libbpf 1.1 is too old").And.Property(nameof(SchedulerException.ExitCode)).EqualTo(ExitCode.UnfitMachine));
}
