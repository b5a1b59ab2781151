// SPDX-License-Identifier: GPL-2.0-only
using System.Text.RegularExpressions;

namespace Wd40.HostTests.Objects;

/// <summary>Rules of the source tree that no compiler checks.</summary>
[TestFixture]
public sealed partial class SourceTests
{
    private const string Compat = "arena-bpf/include/wd40/compat.h";

    private static IEnumerable<string> BpfFiles => SourceTree.Files("arena-bpf", ".c", ".h").Where(path => !path.EndsWith("vmlinux.h", StringComparison.Ordinal));

    private static IEnumerable<string> CsFiles => SourceTree.Files("src", ".cs").Concat(SourceTree.Files("tools", ".cs")).Where(path => !path.Contains("/Generated/", StringComparison.Ordinal));

    [Test]
    public void Kernel_functions_are_declared_in_one_header()
    {
        Assert.That(Hits(BpfFiles.Where(path => path != Compat), KernelSymbol()), Is.Empty, "only compat.h declares kernel functions");
        Assert.That(Hits([Compat], KernelSymbol()), Has.Count.GreaterThan(30), "the check found nothing to check");
    }

    [Test]
    public void Kernel_functions_are_named_through_KF()
    {
        Assert.That(Hits(BpfFiles.Where(path => path != Compat), BareKernelFunction()), Is.Empty,
            "two objects that name the same kernel symbol cannot be linked by libbpf 1.4: write KF(name)");
        Assert.That(BareKernelFunction().IsMatch("scx_bpf_now()") && !BareKernelFunction().IsMatch("KF(scx_bpf_now)()"), Is.True, "the check tells them apart");
    }

    [Test]
    public void Modules_name_no_sched_ext_function_and_do_not_touch_its_part_of_a_task()
    {
        var modules = BpfFiles.Where(path => !path.StartsWith("arena-bpf/core/", StringComparison.Ordinal) && path != Compat);
        Assert.That(Hits(modules, SchedExt()), Is.Empty, "modules ask through the functions of compat.h, so that they run on any kernel with arenas");
        Assert.That(Hits(BpfFiles, SchedExt()), Is.Not.Empty, "the check found nothing to check");
    }

    [Test]
    public void Kernel_versions_are_asked_by_name_and_never_by_number() =>
        Assert.That(Hits(BpfFiles, VersionTest()), Is.Empty, "ask the kernel's BTF (bpf_ksym_exists, bpf_core_*_exists) instead");

    [Test]
    public void Offsets_stand_in_generated_code_only()
    {
        Assert.That(Hits(CsFiles.Where(path => path != "tools/layout-gen/StructWriter.cs"), OffsetLiteral()), Is.Empty,
            "layouts come from BTF: run tools/layout-gen and use the generated struct");
        Assert.That(Hits(BpfFiles, OffsetInC()), Is.Empty, "name the field instead");
        using (Assert.EnterMultipleScope())
        {
            foreach (var planted in new[] { "[FieldOffset(8)]", "arena.Ref<WdTask>(0x1000)", "arena.Span<ulong>(64, n)", "Layout.Tasks + 24)", "new ArenaPtr<WdTask>(4096)" })
                Assert.That(OffsetLiteral().IsMatch(planted), Is.True, $"the check does not see {planted}");
            Assert.That(OffsetInC().IsMatch("*(u64 *)((char *)t + 24)"), Is.True, "the check sees this");
        }
    }

    [Test]
    public void Unsafe_code_is_allowed_in_one_project()
    {
        var projects = Directory.EnumerateFiles(SourceTree.Root, "*.csproj", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(SourceTree.Root, path))
            .Where(path => SourceTree.Code(path).Any(line => line.Contains("<AllowUnsafeBlocks>true", StringComparison.OrdinalIgnoreCase)));
        Assert.That(projects, Is.EqualTo(new[] { "src/ArenaRuntime/Wd40.ArenaRuntime.csproj" }));
        Assert.That(Directory.EnumerateFiles(SourceTree.Root, "Directory.Build.*").SelectMany(File.ReadAllLines), Has.None.Contains("AllowUnsafeBlocks"));
    }

    private static List<string> Hits(IEnumerable<string> files, Regex pattern) => files
        .SelectMany(path => SourceTree.Code(path).Select((line, i) => (Line: line, Place: $"{path}:{i + 1}")))
        .Where(hit => pattern.IsMatch(hit.Line))
        .Select(hit => $"{hit.Place}: {hit.Line.Trim()}")
        .ToList();

    [GeneratedRegex(@"\b(__ksym|__kfunc)\b")]
    private static partial Regex KernelSymbol();

    // Programs may name helpers (bpf_map_*, bpf_get_*, bpf_ktime_*), which are no symbols.
    [GeneratedRegex(@"(?<!KF\()\b(__)?(scx_bpf_|bpf_cpumask_(?!\w*\s*(__kptr|\*)))\w+\s*\(")]
    private static partial Regex BareKernelFunction();

    [GeneratedRegex(@"\bscx_bpf_(?!dsq_insert_vtime_args)|->scx\b|\bSCX_[A-Z]")]
    private static partial Regex SchedExt();

    [GeneratedRegex(@"LINUX_(VERSION|KERNEL)|KERNEL_VERSION")]
    private static partial Regex VersionTest();

    [GeneratedRegex(@"\[FieldOffset\(|LayoutKind\.Explicit|\b(Ref|Span|Pointer)<\w+>\(\s*(0x)?[0-9]*[1-9]|new ArenaPtr<\w+>\(\s*(0x)?\d|\bLayout\.\w+ \+ (0x)?\d+\s*[,)]")]
    private static partial Regex OffsetLiteral();

    [GeneratedRegex(@"\(\s*(char|u8|void)\s*(__arena\s*)?\*\s*\)\s*\w+\s*\+\s*(0x)?\d")]
    private static partial Regex OffsetInC();
}
