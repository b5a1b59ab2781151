// SPDX-License-Identifier: GPL-2.0-only
using Wd40.Vm;

namespace Wd40.UnitTests.Vm;

internal sealed class VmTopologyTests
{
    [Test]
    public void One_node_has_sockets_as_llcs_and_no_numa_arguments()
    {
        Assert.That(VmTopology.TwoLlcs.QemuArguments(), Is.EqualTo(new[] { "-smp", "8,sockets=2,cores=4,threads=1", "-m", "2048M" }));
    }

    [Test]
    public void Nodes_share_cpus_and_memory_evenly()
    {
        var arguments = new VmTopology(2, 2, 2, 1, 1024).QemuArguments().ToArray();
        Assert.That(arguments, Is.EqualTo(new[]
        {
            "-smp", "8,sockets=4,cores=2,threads=1", "-m", "1024M",
            "-object", "memory-backend-ram,id=node0,size=512M", "-numa", "node,nodeid=0,cpus=0-3,memdev=node0",
            "-object", "memory-backend-ram,id=node1,size=512M", "-numa", "node,nodeid=1,cpus=4-7,memdev=node1",
        }));
    }

    [Test]
    public void Memory_that_does_not_divide_is_rounded_so_that_the_nodes_add_up()
    {
        Assert.That(new VmTopology(3, 1, 1, 1, 1000).QemuArguments().Skip(3).First(), Is.EqualTo("999M"));
    }

    [TestCase("1,2,4", 1, 2, 4, 1)]
    [TestCase("2,1,2,2", 2, 1, 2, 2)]
    public void Parses(string text, int nodes, int llcs, int cores, int threads)
    {
        Assert.That(VmTopology.Parse(text), Is.EqualTo(new VmTopology(nodes, llcs, cores, threads)));
    }

    [TestCase("")]
    [TestCase("1,2")]
    [TestCase("1,2,3,4,5")]
    [TestCase("0,2,4")]
    [TestCase("1,x,4")]
    [TestCase("1,-2,4")]
    [TestCase("8,8,8", TestName = "more CPUs than the machine can have")]
    [TestCase("32,1,1", TestName = "too little memory per node")]
    public void Refuses(string text)
    {
        Assert.That(() => VmTopology.Parse(text), Throws.InstanceOf<FormatException>());
    }
}
