// SPDX-License-Identifier: GPL-2.0-only
using System.Numerics;
using Wd40.ArenaRuntime.Layout;

namespace Wd40.HostTests.Library;

/// <summary>Bitmaps of the BPF side against <see cref="BitOperations"/>, and words that BPF writes against what C# reads.</summary>
[TestFixture]
public sealed class BitmapTests
{
    [Test]
    public void Functions_agree_with_BitOperations()
    {
        using var host = HostObject.Load(16, [Shipped.Object("tests/bitmap")]);
        var words = host.Column("bitmap_word");
        var starts = host.Column("bitmap_start");
        var random = new Random(1);
        for (var i = 0; i < HostObject.Rows; i++)
        {
            // Sparse, dense and even words, and each single bit with each start.
            words[i] = i < 4096 ? 1ul << (i / 64) : (i % 4) switch
            {
                0 => Word(random),
                1 => Word(random) & Word(random) & Word(random) & Word(random),
                2 => Word(random) | Word(random) | Word(random),
                _ => i % 8 == 3 ? 0 : ulong.MaxValue << random.Next(64),
            };
            starts[i] = i < 4096 ? (ulong)(i % 64) : (ulong)random.Next(256);
        }
        host.Run("bitmap_rows", new TestArgs(HostObject.Rows));

        for (var i = 0; i < HostObject.Rows; i++)
        {
            var (word, start) = (words[i], (int)starts[i] & 63);
            var later = word & (ulong.MaxValue << start);
            var found = (host.Column("bitmap_count")[i], host.Column("bitmap_lowest")[i], host.Column("bitmap_next")[i], host.Column("bitmap_test")[i]);
            var expected = ((ulong)BitOperations.PopCount(word), (ulong)BitOperations.TrailingZeroCount(word),
                (ulong)BitOperations.TrailingZeroCount(later != 0 ? later : word), word >> start & 1);
            if (found != expected)
                Assert.Fail($"word {word:x16}, start {start}: (count, lowest, next, test) is {found}, not {expected}");
        }
    }

    [Test]
    public void Mask_written_by_BPF_is_read_by_the_arena_view()
    {
        using var host = HostObject.Load(16, [Shipped.Object("tests/bitmap")]);
        var random = new Random(2);
        for (var domain = 0; domain < WdConstants.MaxDomains; domain++)
        {
            var cpus = Enumerable.Range(0, random.Next(200)).Select(_ => random.Next(WdConstants.MaxCpus)).ToHashSet();
            var row = 0;
            foreach (var cpu in cpus)
                host.Column("bitmap_word")[row++] = (ulong)cpu;
            host.Run("bitmap_set_cpus", new TestArgs((ulong)cpus.Count, (ulong)domain));

            ReadOnlySpan<ulong> words = host.Arena.Span<WdDomain>(host.Layout.Domains, WdConstants.MaxDomains)[domain].Cpus;
            var read = new List<int>();
            for (var word = 0; word < words.Length; word++)
            {
                for (var left = words[word]; left != 0; left &= left - 1)
                    read.Add(word * 64 + BitOperations.TrailingZeroCount(left));
            }
            Assert.That(read, Is.EquivalentTo(cpus), $"domain {domain}");
        }
    }

    private static ulong Word(Random random) => (ulong)random.NextInt64(long.MinValue, long.MaxValue);
}
