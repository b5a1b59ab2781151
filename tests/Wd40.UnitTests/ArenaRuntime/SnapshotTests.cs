// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime;
using Wd40.ArenaRuntime.Layout;

namespace Wd40.UnitTests.ArenaRuntime;

/// <summary>Snapshots of arenas: round trip, and refusal of everything else.</summary>
[TestFixture]
public sealed class SnapshotTests
{
    private const int HeaderBytes = 40;
    private string _path = null!;

    [SetUp]
    public void Save()
    {
        _path = Path.Combine(Directory.CreateTempSubdirectory("wd40-test-").FullName, "arena.snapshot");
        using var arena = Arena.Anonymous(1 << 16);
        arena.Pointer<WdTask>(8192).In(arena).Pid = 42;
        arena.Ref<ulong>((1 << 16) - 8) = 7;
        arena.SaveSnapshot(_path);
    }

    [TearDown]
    public void Remove() => Directory.Delete(Path.GetDirectoryName(_path)!, recursive: true);

    [Test]
    public void Snapshot_has_the_same_contents_behind_the_same_views()
    {
        using var arena = Arena.OpenSnapshot(_path);
        Assert.That(arena.Size, Is.EqualTo(1ul << 16));
        Assert.That(arena.IsLive, Is.False);
        Assert.That(arena.Pointer<WdTask>(8192).In(arena).Pid, Is.EqualTo(42));
        Assert.That(arena.Ref<ulong>((1 << 16) - 8), Is.EqualTo(7));
        Assert.That(arena.Ref<ulong>(0), Is.Zero);
        Assert.That(Directory.GetFiles(Path.GetDirectoryName(_path)!), Has.Length.EqualTo(1), "no part file is left");
    }

    [Test]
    public void Changed_byte_anywhere_is_noticed()
    {
        var whole = File.ReadAllBytes(_path);
        // The four reserved bytes of the header mean nothing.
        int[] offsets = [.. Enumerable.Range(0, HeaderBytes).Where(offset => offset is < 12 or >= 16), Arena.PageSize, Arena.PageSize + 8192 + 16, whole.Length - 1];
        foreach (var offset in offsets)
        {
            var damaged = whole.ToArray();
            damaged[offset] ^= 0x10;
            File.WriteAllBytes(_path, damaged);
            Assert.That(() => Arena.OpenSnapshot(_path), Throws.TypeOf<SchedulerException>().With.Message.Contains(_path), $"byte {offset}");
        }
    }

    [Test]
    public void Truncated_file_is_refused([Values(0, 1, 39, 40, 4096, 69631)] int length)
    {
        File.WriteAllBytes(_path, File.ReadAllBytes(_path).AsSpan(0, length).ToArray());
        Assert.That(() => Arena.OpenSnapshot(_path), Throws.TypeOf<SchedulerException>().With.Message.Contains(_path));
    }

    [Test]
    public void Missing_file_is_refused() => Assert.That(() => Arena.OpenSnapshot(_path + "x"), Throws.TypeOf<SchedulerException>());
}
