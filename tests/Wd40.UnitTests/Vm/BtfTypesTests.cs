// SPDX-License-Identifier: GPL-2.0-only
using System.Text;
using Wd40.Vm;

namespace Wd40.UnitTests.Vm;

internal sealed class BtfTypesTests
{
    [Test]
    public void Public_kfuncs_with_the_implicit_argument_are_malformed_their_impl_twins_are_not()
    {
        var btf = new BtfSection();
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
        var btf = new BtfSection();
        btf.AddStruct("task_struct");
        Assert.That(SchedExtSupport.Of(new BtfTypes(btf.ToArray())).Present, Is.False);
    }

    [Test]
    public void What_is_no_btf_is_refused()
    {
        Assert.That(() => new BtfTypes(new byte[64]), Throws.InstanceOf<InvalidDataException>());
        Assert.That(() => new BtfTypes([]), Throws.InstanceOf<InvalidDataException>());
    }

    private sealed class BtfSection
    {
        private readonly List<byte> _types = [];
        private readonly List<byte> _text = [0];
        private int _count;

        public void AddStruct(string name) => Type(name, 4, 0, 0);

        public void AddFunction(string name, params string[] parameters)
        {
            Type("", 13, parameters.Length, 0);
            foreach (var parameter in parameters)
            {
                Word(Text(parameter));
                Word(0);
            }

            Type(name, 12, 0, _count);
        }

        public byte[] ToArray()
        {
            using var section = new MemoryStream();
            using var writer = new BinaryWriter(section);
            writer.Write(0x0001EB9Fu);
            uint[] header = [24, 0, (uint)_types.Count, (uint)_types.Count, (uint)_text.Count];
            Array.ForEach(header, writer.Write);
            writer.Write([.. _types]);
            writer.Write([.. _text]);
            return section.ToArray();
        }

        private void Type(string name, int kind, int count, int sizeOrType)
        {
            Word(Text(name));
            Word((kind << 24) | count);
            Word(sizeOrType);
            _count++;
        }

        private int Text(string text)
        {
            if (text.Length == 0)
                return 0;
            var at = _text.Count;
            _text.AddRange([.. Encoding.ASCII.GetBytes(text), 0]);
            return at;
        }

        private void Word(int value) => _types.AddRange(BitConverter.GetBytes(value));
    }
}
