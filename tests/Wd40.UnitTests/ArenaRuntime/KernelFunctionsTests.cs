// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime;

namespace Wd40.UnitTests.ArenaRuntime;

/// <summary>Damaged descriptions of kernel functions, on made-up type information of a kernel and of an object.</summary>
[TestFixture, FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class KernelFunctionsTests
{
    private readonly BtfBuilder _kernel = new();
    private readonly BtfBuilder _object = new();

    /// <summary>The parameter that the kernel fills in, left in a public prototype.</summary>
    private const string Damage = "aux";

    [Test]
    public void Damaged_functions_are_listed_their_twins_and_others_are_not()
    {
        _kernel.AddFunction("scx_bpf_kick_cpu", "cpu", "flags");
        _kernel.AddFunction("scx_bpf_kick_cpu_impl", "cpu", "flags", Damage);
        _kernel.AddFunction("__scx_bpf_dsq_insert_vtime", "p", "args", Damage);
        _kernel.AddFunction("scx_bpf_create_dsq", "dsq_id", "node", Damage);
        _kernel.AddFunction("bpf_stream_vprintk", "aux__prog");
        _kernel.AddFunction("unrelated", Damage);
        using var kernel = Btf.FromBytes(_kernel.ToArray(), "the kernel");
        Assert.That(KernelFunctions.Damaged(kernel), Is.EqualTo(new[] { "__scx_bpf_dsq_insert_vtime", "scx_bpf_create_dsq" }));
    }

    [Test]
    public void What_the_object_does_not_call_is_no_obstacle()
    {
        _kernel.AddFunction("scx_bpf_create_dsq", "dsq_id", "node", Damage);
        _kernel.AddFunction("scx_bpf_kick_cpu", "cpu", "flags");
        _object.AddReference("scx_bpf_kick_cpu___core");
        Assert.That(DamagedCalls(), Is.Empty);
    }

    [Test]
    public void Calls_are_found_under_the_private_names_of_all_objects()
    {
        _kernel.AddFunction("scx_bpf_create_dsq", "dsq_id", "node", Damage);
        _kernel.AddFunction("scx_bpf_kick_cpu", "cpu", "flags", Damage);
        _kernel.AddFunction("bpf_cpumask_create", Damage);
        _object.AddReference("scx_bpf_kick_cpu___core");
        _object.AddReference("scx_bpf_kick_cpu___llc");
        _object.AddReference("scx_bpf_create_dsq");
        _object.AddReference("bpf_cpumask_create___core");
        Assert.That(DamagedCalls(), Is.EqualTo(new[] { "bpf_cpumask_create", "scx_bpf_create_dsq", "scx_bpf_kick_cpu" }));
    }

    /// <summary>Only the last suffix is the object's own: the kernel's names have such suffixes, too.</summary>
    [Test]
    public void A_suffix_of_the_kernel_is_part_of_the_name()
    {
        _kernel.AddFunction("scx_bpf_dsq_insert", "p", "dsq_id");
        _kernel.AddFunction("scx_bpf_dsq_insert___v2", "p", "dsq_id", Damage);
        _object.AddReference("scx_bpf_dsq_insert___core");
        Assert.That(DamagedCalls(), Is.Empty);
        _object.AddReference("scx_bpf_dsq_insert___v2___core");
        Assert.That(DamagedCalls(), Is.EqualTo(new[] { "scx_bpf_dsq_insert___v2" }));
    }

    [TestCase("", "", ExpectedResult = "", TestName = "both ways are sound")]
    [TestCase(Damage, "", ExpectedResult = "", TestName = "the new function is damaged, the old one does")]
    [TestCase("", Damage, ExpectedResult = "", TestName = "the old function is damaged, the new one does")]
    [TestCase(Damage, Damage, ExpectedResult = "scx_bpf_new, scx_bpf_old", TestName = "both are damaged")]
    [TestCase(null, Damage, ExpectedResult = "scx_bpf_old", TestName = "the old one is damaged and the kernel lacks the new one")]
    [TestCase(Damage, null, ExpectedResult = "scx_bpf_new", TestName = "the new one is damaged and the kernel lacks the old one")]
    public string Either_of_two_ways_is_enough(string? newer, string? older)
    {
        if (newer is not null)
            _kernel.AddFunction("scx_bpf_new", "cpu", newer);
        if (older is not null)
            _kernel.AddFunction("scx_bpf_old", "cpu", older);
        _object.AddReference("scx_bpf_new___core", "wd:or=scx_bpf_old");
        _object.AddReference("scx_bpf_old___core");
        return string.Join(", ", DamagedCalls());
    }

    [Test]
    public void A_function_that_can_be_done_without_is_no_obstacle()
    {
        _kernel.AddFunction("scx_bpf_task_set_slice", "p", "slice", Damage);
        _object.AddReference("scx_bpf_task_set_slice___core", "wd:or=");
        Assert.That(DamagedCalls(), Is.Empty);
    }

    private IReadOnlyList<string> DamagedCalls()
    {
        using var kernel = Btf.FromBytes(_kernel.ToArray(), "the kernel");
        using var linked = Btf.FromBytes(_object.ToArray(), "the object");
        return KernelFunctions.DamagedCalls(linked, kernel);
    }
}
