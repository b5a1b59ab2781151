// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime;
using Wd40.ArenaRuntime.Layout;

namespace Wd40.HostTests.ArenaRuntime;

/// <summary>Views over a live BPF arena.</summary>
[TestFixture]
public sealed class LiveArenaTests
{
    private const int Flips = 1_000_000;

    /// <summary>A million random flips of words, pointers among them; whatever is then followed lies inside the arena, and nothing faults.</summary>
    [Test]
    public void Pointers_stay_inside_the_arena_under_a_million_word_flips()
    {
        using var host = HostObject.Load(1024, [Shipped.Object("core/hybrid")]);
        var arena = host.Arena;
        var random = new Random(15);
        var words = arena.Span<ulong>(0, arena.Size / sizeof(ulong));
        foreach (ref var word in words)
            word = WdConstants.ArenaBase + (ulong)random.NextInt64((long)arena.Size);
        var (escaped, last) = (0, 0);
        for (var i = 0; i < Flips; i++)
        {
            var index = (nuint)random.NextInt64((long)words.Length);
            words[index] ^= (ulong)random.NextInt64(long.MinValue, long.MaxValue);
            ref var task = ref arena.Ref<ArenaPtr<WdTask>>(index * sizeof(ulong)).In(arena);
            var offset = arena.OffsetOf(ref task);
            if (offset >= arena.Size)
                escaped++;
            if (offset > arena.Size - 192)
                last++;
            // First and last field, read and written: a record at the very end reaches into the guard.
            task.Generation += task.Rested;
            task.Rested++;
        }
        Assert.That(escaped, Is.Zero);
        Assert.That(last, Is.Positive, "no pointer led to the end of the arena, so the guard was not tested");
    }

    [Test]
    public void Last_record_reaches_into_the_guard_and_does_not_fault()
    {
        using var host = HostObject.Load(1024, [Shipped.Object("core/hybrid")]);
        ref var task = ref new ArenaPtr<WdTask>(ulong.MaxValue).In(host.Arena);
        task.Rested = 5;
        Assert.That(host.Arena.OffsetOf(ref task), Is.EqualTo(host.Arena.Size - 8));
        Assert.That(task.Rested, Is.EqualTo(5));
    }

    [Test]
    public void Arena_is_where_the_header_says_and_shared_with_the_kernel()
    {
        using var host = HostObject.Load(1024, [Shipped.Object("core/hybrid")]);
        Assert.That(host.Arena.IsLive, Is.True);
        Assert.That(host.Arena.Size, Is.EqualTo(host.Layout.Size));
        // The set-up program has written the CPU lines from the kernel's side.
        Assert.That(host.Arena.Ref<WdCpu>(host.Layout.Cpus).Slot, Is.EqualTo(WdConstants.NoSlot));
    }

    [Test]
    public void Snapshot_of_a_live_arena_holds_its_contents()
    {
        var path = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"{Guid.NewGuid():N}.snapshot");
        using var host = HostObject.Load(1024, [Shipped.Object("core/hybrid")]);
        host.Tasks[5].Pid = 77;
        host.Arena.SaveSnapshot(path);
        host.Tasks[5].Pid = 78;
        using var copy = Arena.OpenSnapshot(path);
        Assert.That(copy.Span<WdTask>(host.Layout.Tasks, host.Layout.MaxTasks)[5].Pid, Is.EqualTo(77));
        File.Delete(path);
    }
}
