// SPDX-License-Identifier: GPL-2.0-only
using Wd40.UnitTests.ArenaRuntime;
using Wd40.Vm;

namespace Wd40.UnitTests.Vm;

internal sealed class BtfTypesTests
{
    [Test]
    public void Public_kfuncs_with_the_implicit_argument_are_malformed_their_impl_twins_are_not()
    {
        var btf = new BtfBuilder();
        btf.AddStruct("sched_ext_ops");
        btf.AddFunction("scx_bpf_kick_cpu", "cpu", "flags");
        btf.AddFunction("scx_bpf_create_dsq", "dsq_id", "node", "aux");
        btf.AddFunction("scx_bpf_kick_cpu_impl", "cpu", "flags", "aux");
        btf.AddFunction("bpf_stream_vprintk", "aux__prog");
        btf.AddFunction("unrelated", "aux");

        var support = SchedExtSupport.Of(new BtfTypes(btf.ToArray()));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(support.Present, Is.True);
            Assert.That(support.MalformedKfuncs, Is.EqualTo(new[] { "scx_bpf_create_dsq" }));
            Assert.That(support.IsSound, Is.False);
        }
    }

    [Test]
    public void A_kernel_without_the_ops_struct_has_no_sched_ext()
    {
        var btf = new BtfBuilder();
        btf.AddStruct("task_struct");
        Assert.That(SchedExtSupport.Of(new BtfTypes(btf.ToArray())).Present, Is.False);
    }

    [Test]
    public void What_is_no_btf_is_refused()
    {
        Assert.That(() => new BtfTypes(new byte[64]), Throws.InstanceOf<InvalidDataException>());
        Assert.That(() => new BtfTypes([]), Throws.InstanceOf<InvalidDataException>());
    }
}
