// SPDX-License-Identifier: GPL-2.0-only
using System.Numerics;
using Wd40.ArenaRuntime;
using Wd40.ArenaRuntime.Layout;
using Wd40.Schedulers;

namespace Wd40.UnitTests.Schedulers;

[TestFixture]
public sealed class ArenaLayoutTests
{
    private static readonly (uint Cpus, uint Domains, uint Nodes, uint Tasks)[] _machines =
    [
        (1, 1, 1, 64), (8, 2, 1, 16_384), (128, 16, 2, 16_384), (1024, 64, 64, 1 << 20), (5, 3, 2, 1024),
    ];

    [TestCaseSource(nameof(Machines))]
    public void Parts_follow_one_another_without_overlap_inside_a_power_of_two(uint cpus, uint domains, uint nodes, uint tasks)
    {
        var layout = new ArenaLayout(cpus, domains, nodes, tasks);
        var parts = Parts(layout);
        var end = ArenaLayout.HeaderOffset + Arena.PageSize;
        Assert.Multiple(() =>
        {
            foreach (var (name, offset, length) in parts)
            {
                Assert.That(offset, Is.GreaterThanOrEqualTo(end), $"{name} begins inside the part before it");
                Assert.That(offset % 64, Is.Zero, $"{name} is not on a cache line");
                Assert.That(offset - end, Is.LessThan(64), $"gap before {name}");
                end = offset + length;
            }
            Assert.That(BitOperations.IsPow2(layout.Size), Is.True);
            Assert.That(end, Is.LessThanOrEqualTo(layout.Size));
            Assert.That(layout.Size / 2, Is.LessThan(end), "a smaller arena would do");
            Assert.That(layout.Size, Is.LessThanOrEqualTo(Arena.MaxSize));
        });
    }

    [TestCaseSource(nameof(Machines))]
    public void The_struct_says_the_same(uint cpus, uint domains, uint nodes, uint tasks)
    {
        var layout = new ArenaLayout(cpus, domains, nodes, tasks);
        var given = layout.ToStruct();
        Assert.Multiple(() =>
        {
            Assert.That(given.Size, Is.EqualTo(layout.Size));
            Assert.That((ulong[])[given.Cpus, given.Stats, given.Domains, given.Tunables, given.Requests, given.Briefs, given.Tasks],
                Is.EqualTo(Parts(layout).Select(part => part.Offset)));
            Assert.That((uint[])[given.NrCpuIds, given.NrDomains, given.NrNodes, given.MaxTasks], Is.EqualTo(new[] { cpus, domains, nodes, tasks }));
        });
    }

    [Test]
    public void Page_0_is_unused_and_page_1_is_the_header() => Assert.Multiple(() =>
    {
        Assert.That(ArenaLayout.HeaderOffset, Is.EqualTo((ulong)WdConstants.PageSize));
        Assert.That(SizeOf("wd_header"), Is.LessThanOrEqualTo((ulong)WdConstants.PageSize));
    });

    [Test]
    public void Each_part_can_be_viewed()
    {
        var layout = new ArenaLayout(8, 2, 1, 1024);
        using var arena = Arena.Anonymous(layout.Size);
        Assert.Multiple(() =>
        {
            Assert.That(arena.Span<WdCpu>(layout.Cpus, layout.NrCpuIds).Length, Is.EqualTo((nuint)8));
            Assert.That(arena.Span<WdTask>(layout.Tasks, layout.MaxTasks).Length, Is.EqualTo((nuint)1024));
            Assert.That(arena.Ref<WdTunables>(layout.Tunables).Full, Is.Zero);
        });
    }

    [TestCase(0u, 1u, 1u, 64u)]
    [TestCase(1025u, 1u, 1u, 64u)]
    [TestCase(8u, 0u, 1u, 64u)]
    [TestCase(8u, 65u, 1u, 64u)]
    [TestCase(8u, 1u, 0u, 64u)]
    [TestCase(8u, 1u, 1u, 0u)]
    [TestCase(8u, 1u, 1u, 100u)]
    public void Impossible_machines_are_refused(uint cpus, uint domains, uint nodes, uint tasks) =>
        Assert.That(() => new ArenaLayout(cpus, domains, nodes, tasks), Throws.InstanceOf<ArgumentOutOfRangeException>());

    private static IEnumerable<TestCaseData> Machines() => _machines.Select(m => new TestCaseData(m.Cpus, m.Domains, m.Nodes, m.Tasks));

    private static ulong SizeOf(string type) => LayoutTable.Structs.Single(layout => layout.Name == type).Size;

    private static (string Name, ulong Offset, ulong Length)[] Parts(ArenaLayout layout) =>
    [
        ("cpus", layout.Cpus, layout.NrCpuIds * SizeOf("wd_cpu")),
        ("stats", layout.Stats, layout.NrCpuIds * SizeOf("wd_stats")),
        ("domains", layout.Domains, WdConstants.MaxDomains * SizeOf("wd_domain")),
        ("tunables", layout.Tunables, SizeOf("wd_tunables")),
        ("requests", layout.Requests, layout.MaxTasks * SizeOf("wd_request")),
        ("briefs", layout.Briefs, layout.MaxTasks * SizeOf("wd_brief")),
        ("tasks", layout.Tasks, layout.MaxTasks * SizeOf("wd_task")),
    ];
}
