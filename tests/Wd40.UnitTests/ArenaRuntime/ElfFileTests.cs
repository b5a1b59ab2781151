// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime;

namespace Wd40.UnitTests.ArenaRuntime;

/// <summary>The ELF reader on right, truncated, foreign and random files.</summary>
[TestFixture]
public sealed class ElfFileTests
{
    [Test]
    public void Sections_are_found_by_name()
    {
        var elf = ElfFile.Parse(ElfBuilder.Build((".text", "abc"), (".data", "")), "x");
        Assert.That(elf.Sections.Select(section => section.Name), Is.EqualTo(new[] { "", ".text", ".data", ".shstrtab" }));
        Assert.That(elf.Section(".text", out var found).ToArray(), Is.EqualTo("abc"u8.ToArray()));
        Assert.That(found, Is.True);
        _ = elf.Section(".nothing", out found);
        Assert.That(found, Is.False);
    }

    [Test]
    public void Every_truncation_is_refused()
    {
        var file = ElfBuilder.Module("a", "core");
        for (var length = 0; length < file.Length; length++)
            Assert.That(() => ModuleObject.FromBytes("short.o", file.AsMemory(0, length)), Throws.TypeOf<CompositionException>().With.Message.Contains("short.o"));
    }

    [TestCase(18, (byte)62, "machine 62")]
    [TestCase(16, (byte)2, "type 2")]
    [TestCase(4, (byte)1, "64-bit")]
    [TestCase(0, (byte)0, "no ELF file")]
    public void Foreign_files_are_refused_by_name(int offset, byte value, string reason)
    {
        var file = ElfBuilder.Module("a", "core");
        file[offset] = value;
        Assert.That(() => ElfFile.Parse(file, "foreign.o"), Throws.TypeOf<CompositionException>().With.Message.Contains(reason).And.Message.Contains("foreign.o"));
    }

    [Test]
    public void Random_damage_ends_in_a_refusal_or_in_a_file()
    {
        var random = new Random(20);
        var whole = ElfBuilder.Module("a", "core", layouts: [("wd_task", 1), ("wd_cpu", 2)]);
        var refused = 0;
        for (var i = 0; i < 50_000; i++)
        {
            var file = whole.ToArray();
            for (var n = random.Next(1, 5); n > 0; n--)
                file[random.Next(file.Length)] = (byte)random.Next(256);
            try
            {
                _ = ModuleObject.FromBytes("fuzzed.o", file);
            }
            catch (CompositionException)
            {
                refused++;
            }
        }
        Assert.That(refused, Is.InRange(1000, 49_999), "the damage was never or always noticed: nothing was tested");
    }
}
