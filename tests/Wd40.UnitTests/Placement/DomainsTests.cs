// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime;
using Wd40.ArenaRuntime.Layout;
using Wd40.Placement;

namespace Wd40.UnitTests.Placement;

public sealed class DomainsTests
{
    private static Domains Read(SysfsTree tree, uint cacheLevel = 3) => Domains.ByCache(Topology.Read(tree.Root), cacheLevel);

    private static string[] Masks(Domains domains) =>
        [.. Enumerable.Range(0, (int)domains.NrDomains).Select(domain => domains.MaskOf(domain).ToString())];

    [Test]
    public void Two_sockets_are_two_domains_of_one_node()
    {
        // Both caches have id 0: the package tells them apart.
        using var tree = SysfsTree.Create(8, package: cpu => cpu / 4, level3: _ => 0).Node(0, "0-7");
        var domains = Read(tree);
        Assert.Multiple(() =>
        {
            Assert.That(Masks(domains), Is.EqualTo(new[] { "0-3", "4-7" }));
            Assert.That(domains.NrNodes, Is.EqualTo(1));
            Assert.That(domains.NrCpuIds, Is.EqualTo(8));
            Assert.That(domains.CpuDomain[..9], Is.EqualTo(new byte[] { 0, 0, 0, 0, 1, 1, 1, 1, WdConstants.NoDomain }));
            Assert.That(domains.DomainCpus[0], Is.EqualTo(0x0ful));
            Assert.That(domains.DomainCpus[WdConstants.MaskWords], Is.EqualTo(0xf0ul));
            Assert.That(domains.CapacityOf(1), Is.EqualTo(4096));
        });
    }

    [Test]
    public void One_socket_is_one_domain()
    {
        using var tree = SysfsTree.Create(4, level3: _ => 7).Node(0, "0-3");
        Assert.That(Masks(Read(tree)), Is.EqualTo(new[] { "0-3" }));
    }

    [Test]
    public void Two_nodes_are_two_domains_of_two_nodes()
    {
        using var tree = SysfsTree.Create(8, level3: _ => 0).Node(0, "0-3").Node(1, "4-7");
        var domains = Read(tree);
        Assert.Multiple(() =>
        {
            Assert.That(Masks(domains), Is.EqualTo(new[] { "0-3", "4-7" }));
            Assert.That(domains.NrNodes, Is.EqualTo(2));
            Assert.That(domains.DomainNode[..2], Is.EqualTo(new byte[] { 0, 1 }));
        });
    }

    [Test]
    public void Without_cache_information_a_domain_is_a_package_of_a_node()
    {
        using var tree = SysfsTree.Create(8, package: cpu => cpu / 2).Node(0, "0-3").Node(1, "4-7");
        Assert.That(Masks(Read(tree)), Is.EqualTo(new[] { "0-1", "2-3", "4-5", "6-7" }));
    }

    [Test]
    public void Without_level_3_the_level_2_cache_makes_the_domain()
    {
        using var tree = SysfsTree.Create(4, level2: cpu => cpu / 2);
        Assert.That(Masks(Read(tree)), Is.EqualTo(new[] { "0-1", "2-3" }));
    }

    [Test]
    public void Cache_level_2_is_honoured()
    {
        using var tree = SysfsTree.Create(8, level3: _ => 0, level2: cpu => cpu / 2);
        Assert.Multiple(() =>
        {
            Assert.That(Masks(Read(tree, 2)), Is.EqualTo(new[] { "0-1", "2-3", "4-5", "6-7" }));
            Assert.That(Masks(Read(tree)), Is.EqualTo(new[] { "0-7" }));
        });
    }

    [TestCase(0u), TestCase(1u), TestCase(4u)]
    public void Other_cache_levels_are_refused(uint level)
    {
        using var tree = SysfsTree.Create(2, level3: _ => 0);
        var failure = Assert.Throws<SchedulerException>(() => Read(tree, level))!;
        Assert.Multiple(() =>
        {
            Assert.That(failure.ExitCode, Is.EqualTo(ExitCode.Usage));
            Assert.That(failure.Remedy, Does.Contain("--cache-level"));
        });
    }

    [Test]
    public void A_cache_without_id_goes_by_the_cpus_that_share_it()
    {
        using var tree = SysfsTree.Create(4);
        for (int cpu = 0; cpu < 4; cpu++)
            tree.Cpu(cpu, "cache/index3/shared_cpu_list", cpu < 2 ? "0-1" : "2-3");
        Assert.That(Masks(Read(tree)), Is.EqualTo(new[] { "0-1", "2-3" }));
    }

    [Test]
    public void An_offline_cpu_is_in_no_domain_but_counts_as_an_id()
    {
        using var tree = SysfsTree.Create(8, package: cpu => cpu / 4, level3: _ => 0).Online("0-2,4-6").Node(0, "0-2,4-6");
        var domains = Read(tree);
        Assert.Multiple(() =>
        {
            Assert.That(Masks(domains), Is.EqualTo(new[] { "0-2", "4-6" }));
            Assert.That(domains.CpuDomain[3], Is.EqualTo(WdConstants.NoDomain));
            Assert.That(domains.CpuDomain[7], Is.EqualTo(WdConstants.NoDomain));
            Assert.That(domains.NrCpuIds, Is.EqualTo(8), "CPU 7 is offline, not absent");
        });
    }

    [Test]
    public void Memory_only_nodes_are_dropped_and_sparse_ids_made_dense()
    {
        using var tree = SysfsTree.Create(4, level3: cpu => cpu / 2).Node(0, "").Node(2, "2-3").Node(10, "0-1");
        var topology = Topology.Read(tree.Root);
        var domains = Domains.ByCache(topology);
        Assert.Multiple(() =>
        {
            Assert.That(topology.NodeIds, Is.EqualTo(new[] { 2, 10 }), "numerical order, not that of names");
            Assert.That(domains.NrNodes, Is.EqualTo(2));
            Assert.That(Masks(domains), Is.EqualTo(new[] { "2-3", "0-1" }));
            Assert.That(domains.DomainNode[..2], Is.EqualTo(new byte[] { 0, 1 }));
            Assert.That(domains.DomainNodeId[..2], Is.EqualTo(new ushort[] { 2, 10 }));
        });
    }

    [Test]
    public void Siblings_are_the_online_threads_of_the_core()
    {
        using var tree = SysfsTree.Create(8, level3: _ => 0, siblings: cpu => $"{cpu % 4},{cpu % 4 + 4}").Online("0-6");
        var cpus = Topology.Read(tree.Root).Cpus;
        Assert.Multiple(() =>
        {
            Assert.That(cpus[1].Siblings.ToString(), Is.EqualTo("1,5"));
            Assert.That(cpus[3].Siblings.ToString(), Is.EqualTo("3"), "its sibling 7 is offline");
        });
    }

    [Test]
    public void Threads_of_a_core_form_a_ring()
    {
        using var tree = SysfsTree.Create(8, level3: _ => 0, siblings: cpu => cpu < 6 ? $"{cpu % 2},{cpu % 2 + 2},{cpu % 2 + 4}" : $"{cpu}").Online("0-6");
        using var single = SysfsTree.Create(8, level3: _ => 0);
        Assert.Multiple(() =>
        {
            Assert.That(Read(tree).CpuSibling[..8], Is.EqualTo(new ushort[] { 2, 3, 4, 5, 0, 1, 6, 7 }));
            Assert.That(Read(tree).HasThreads, Is.True);
            Assert.That(Read(single).CpuSibling, Is.EqualTo(Enumerable.Range(0, WdConstants.MaxCpus).Select(cpu => (ushort)cpu)));
            Assert.That(Read(single).HasThreads, Is.False);
        });
    }

    [Test]
    public void Capacities_are_added_up()
    {
        using var tree = SysfsTree.Create(4, level3: _ => 0).Cpu(0, "cpu_capacity", "512").Cpu(1, "cpu_capacity", "512");
        Assert.That(Read(tree).CapacityOf(0), Is.EqualTo(512 + 512 + 1024 + 1024));
    }

    [Test]
    public void A_machine_of_1024_cpus_in_64_domains_is_supported()
    {
        using var tree = SysfsTree.Create(1024, level3: cpu => cpu / 16);
        var domains = Read(tree);
        Assert.Multiple(() =>
        {
            Assert.That(domains.NrDomains, Is.EqualTo(64));
            Assert.That(domains.NrCpuIds, Is.EqualTo(1024));
            Assert.That(domains.MaskOf(63).ToString(), Is.EqualTo("1008-1023"));
        });
    }

    [Test]
    public void More_than_64_domains_are_refused()
    {
        using var tree = SysfsTree.Create(65, level3: cpu => cpu);
        var failure = Assert.Throws<SchedulerException>(() => Read(tree))!;
        Assert.Multiple(() =>
        {
            Assert.That(failure.Message, Does.Contain("65 domains").And.Contain("64"));
            Assert.That(failure.ExitCode, Is.EqualTo(ExitCode.UnfitMachine));
        });
    }

    // 16 CPUs in two caches; with threads CPU n and n + 8 are one core, so a cache holds 4 cores of 2.
    [TestCase(0u, false, "0-3,8-11 4-7,12-15")]
    [TestCase(8u, false, "0-3,8-11 4-7,12-15")]
    [TestCase(100u, true, "0-3,8-11 4-7,12-15")]
    [TestCase(4u, false, "0-3 8-11 4-7 12-15")]
    [TestCase(3u, false, "0-2 3,8-9 10-11 4-6 7,12-13 14-15")]
    [TestCase(7u, false, "0-3 8-11 4-7 12-15")]
    [TestCase(4u, true, "0-1,8-9 2-3,10-11 4-5,12-13 6-7,14-15")]
    [TestCase(3u, true, "0,8 1,9 2,10 3,11 4,12 5,13 6,14 7,15")]
    [TestCase(1u, true, "0,8 1,9 2,10 3,11 4,12 5,13 6,14 7,15")]
    public void Large_caches_are_split_evenly_and_between_cores(uint maxCpus, bool threads, string masks)
    {
        using var tree = SysfsTree.Create(16, level3: cpu => cpu % 8 / 4, siblings: threads ? cpu => $"{cpu % 8},{(cpu % 8) + 8}" : null);
        Assert.That(string.Join(' ', Masks(Domains.ByCache(Topology.Read(tree.Root), 3, maxCpus))), Is.EqualTo(masks));
    }

    [Test]
    public void Splits_into_more_than_64_are_refused_with_the_option()
    {
        using var tree = SysfsTree.Create(65, level3: _ => 0);
        var failure = Assert.Throws<SchedulerException>(() => Domains.ByCache(Topology.Read(tree.Root), 3, 1))!;
        Assert.Multiple(() =>
        {
            Assert.That(failure.Message, Does.Contain("65 domains"));
            Assert.That(failure.Remedy, Does.Contain("--max-domain-cpus"));
        });
    }

    [Test]
    public void By_node_a_domain_is_a_node_whatever_caches_it_has()
    {
        using var tree = SysfsTree.Create(8, level3: cpu => cpu / 2).Node(0, "4-7").Node(3, "0-3");
        var domains = Domains.ByNode(Topology.Read(tree.Root));
        Assert.Multiple(() =>
        {
            Assert.That(Masks(domains), Is.EqualTo(new[] { "4-7", "0-3" }));
            Assert.That(domains.NrNodes, Is.EqualTo(2));
            Assert.That(domains.DomainNode[..2], Is.EqualTo(new byte[] { 0, 1 }));
            Assert.That(domains.DomainNodeId[..2], Is.EqualTo(new ushort[] { 0, 3 }));
        });
    }

    [Test]
    public void More_than_64_nodes_are_refused()
    {
        using var tree = SysfsTree.Create(65);
        for (int node = 0; node < 65; node++)
            tree.Node(node, $"{node}");
        var failure = Assert.Throws<SchedulerException>(() => Domains.ByNode(Topology.Read(tree.Root)))!;
        Assert.That(failure.Message, Does.Contain("65 NUMA nodes").And.Contain("64"));
    }

    [Test]
    public void Flat_is_one_domain_of_one_node()
    {
        using var tree = SysfsTree.Create(8, level3: cpu => cpu / 2).Online("0-2,4-7").Node(0, "0-3").Node(1, "4-7");
        var domains = Domains.Flat(Topology.Read(tree.Root));
        Assert.Multiple(() =>
        {
            Assert.That(Masks(domains), Is.EqualTo(new[] { "0-2,4-7" }));
            Assert.That(domains.NrNodes, Is.EqualTo(1));
            Assert.That(domains.CpuDomain[3], Is.EqualTo(WdConstants.NoDomain), "offline");
            Assert.That(domains.NrCpuIds, Is.EqualTo(8));
        });
    }

    [Test]
    public void Masks_make_domains_in_the_order_given()
    {
        using var tree = SysfsTree.Create(8).Node(0, "0-3").Node(1, "4-7");
        var domains = ByMasks(tree, "f0,0x03,c");
        Assert.Multiple(() =>
        {
            Assert.That(Masks(domains), Is.EqualTo(new[] { "4-7", "0-1", "2-3" }));
            Assert.That(domains.DomainNode[..3], Is.EqualTo(new byte[] { 1, 0, 0 }));
            Assert.That(domains.NrNodes, Is.EqualTo(2));
        });
    }

    /// <summary>A node without domains would have nobody to give its load to.</summary>
    [Test]
    public void A_mask_across_nodes_counts_to_the_node_of_its_first_cpu()
    {
        using var tree = SysfsTree.Create(4).Node(0, "0-1").Node(1, "2-3");
        var domains = ByMasks(tree, "5,a");
        Assert.Multiple(() =>
        {
            Assert.That(Masks(domains), Is.EqualTo(new[] { "0,2", "1,3" }));
            Assert.That(domains.NrNodes, Is.EqualTo(1));
            Assert.That(domains.DomainNode[..2], Is.EqualTo(new byte[] { 0, 0 }));
        });
    }

    [Test]
    public void All_stands_for_the_online_cpus()
    {
        using var tree = SysfsTree.Create(8).Online("0-2,4-7");
        Assert.That(Masks(ByMasks(tree, "all")), Is.EqualTo(new[] { "0-2,4-7" }));
    }

    [TestCase("all,1", "CPU 0 is in mask 0xff and in mask 0x1", "one mask")]
    [TestCase("none,ff", "mask 1 is empty", "leave it out")]
    [TestCase("f,18,e0", "CPU 3 is in mask 0xf and in mask 0x18", "one mask")]
    [TestCase("f,0,f0", "mask 2 is empty", "leave it out")]
    [TestCase("f,1f0", "mask 0x1f0 has CPU 8, which is not online", "0-7")]
    [TestCase("f,70", "CPUs 7 are online and in no mask", "Add them")]
    public void Masks_that_cannot_be_used_are_refused_with_value_and_remedy(string masks, string message, string remedy)
    {
        using var tree = SysfsTree.Create(8);
        var failure = Assert.Throws<SchedulerException>(() => ByMasks(tree, masks))!;
        Assert.Multiple(() =>
        {
            Assert.That(failure.Message, Does.StartWith("--cpumasks: ").And.Contain(message));
            Assert.That(failure.Remedy, Does.Contain(remedy));
            Assert.That(failure.ExitCode, Is.EqualTo(ExitCode.Usage));
        });
    }

    [Test]
    public void A_mask_with_an_offline_cpu_is_refused()
    {
        using var tree = SysfsTree.Create(4).Online("0-2");
        Assert.That(() => ByMasks(tree, "3,c"), Throws.TypeOf<SchedulerException>().With.Message.Contains("CPU 3, which is not online"));
    }

    [TestCase(0), TestCase(65)]
    public void The_number_of_masks_is_limited(int count)
    {
        using var tree = SysfsTree.Create(65);
        var masks = Enumerable.Range(0, count).Select(cpu => CpuMask.ParseList($"{cpu}")).ToArray();
        Assert.That(() => Domains.ByMasks(Topology.Read(tree.Root), masks), Throws.TypeOf<SchedulerException>().With.Message.Contains(count == 0 ? "no mask" : "65"));
    }

    private static Domains ByMasks(SysfsTree tree, string masks) => Domains.ByMasks(Topology.Read(tree.Root), CpuMask.ParseHexMasks(masks));

    [TestCase("0-1024"), TestCase("2000"), TestCase("1-0"), TestCase("x"), TestCase("")]
    public void An_online_list_that_cannot_be_used_is_named(string list)
    {
        using var tree = SysfsTree.Create(2).Online(list);
        var failure = Assert.Throws<SchedulerException>(() => Topology.Read(tree.Root))!;
        Assert.That(failure.Message, Does.Contain("cpu/online"));
    }

    [Test]
    public void A_tree_without_cpus_is_named()
    {
        string nowhere = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        Assert.That(() => Topology.Read(nowhere), Throws.TypeOf<SchedulerException>().With.Message.Contains(nowhere));
    }
}
