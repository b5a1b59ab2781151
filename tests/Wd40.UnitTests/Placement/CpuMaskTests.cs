// SPDX-License-Identifier: GPL-2.0-only
using Wd40.Placement;

namespace Wd40.UnitTests.Placement;

public sealed class CpuMaskTests
{
    [TestCase("", 0), TestCase("0", 1), TestCase("0-3,6", 5), TestCase("63-64", 2), TestCase("1023", 1), TestCase("0-1023", 1024)]
    public void List_form_is_read_and_written(string list, int count)
    {
        var mask = CpuMask.ParseList(list);
        Assert.Multiple(() =>
        {
            Assert.That(mask.Count, Is.EqualTo(count));
            Assert.That(mask.ToString(), Is.EqualTo(list));
            Assert.That(mask.IsEmpty, Is.EqualTo(count == 0));
        });
    }

    [TestCase("f", "0-3"), TestCase("0x0f,F0", "0-3 4-7"), TestCase("0x1_00000000,1", "32 0"), TestCase("all,none,1", "0-1023  0")]
    public void Masks_are_read_one_by_one(string masks, string lists) =>
        Assert.That(string.Join(' ', CpuMask.ParseHexMasks(masks)), Is.EqualTo(lists));

    [TestCase("f,"), TestCase(""), TestCase("f,g"), TestCase("0x"), TestCase("f 0")]
    public void Masks_of_another_form_are_refused(string masks) => Assert.That(() => CpuMask.ParseHexMasks(masks), Throws.TypeOf<FormatException>());

    [TestCase("f", "0-3"), TestCase("1,0000000f", "0-3,32"), TestCase("0x10", "4"), TestCase("1,00000000,00000000", "64"), TestCase("0", "")]
    public void Hexadecimal_form_is_read_and_written(string hex, string list)
    {
        var mask = CpuMask.ParseHex(hex);
        Assert.Multiple(() =>
        {
            Assert.That(mask.ToString(), Is.EqualTo(list));
            Assert.That(mask.ToHex(), Is.EqualTo(hex.Replace("0x", "", StringComparison.Ordinal)));
        });
    }

    [TestCase("1-"), TestCase("-1"), TestCase("3-1"), TestCase("a"), TestCase("1,,2"), TestCase("1024"), TestCase("0-1024")]
    public void Malformed_lists_are_refused(string list) => Assert.That(() => CpuMask.ParseList(list), Throws.TypeOf<FormatException>());

    [TestCase(""), TestCase("g"), TestCase("0x")]
    public void Malformed_masks_are_refused(string hex) => Assert.That(() => CpuMask.ParseHex(hex), Throws.TypeOf<FormatException>());

    [Test]
    public void A_mask_beyond_the_last_cpu_is_refused() =>
        Assert.That(() => CpuMask.ParseHex("1" + new string('0', 256)), Throws.TypeOf<FormatException>().With.Message.Contains("1023"));

    [Test]
    public void Members_are_added_found_and_removed()
    {
        var mask = default(CpuMask);
        mask.Add(5);
        mask.Add(700);
        Assert.Multiple(() =>
        {
            Assert.That(mask.First, Is.EqualTo(5));
            Assert.That(mask.Next(6), Is.EqualTo(700));
            Assert.That(mask.Next(701), Is.EqualTo(-1));
            Assert.That(mask.Next(1024), Is.EqualTo(-1));
            Assert.That(mask.Contains(700), Is.True);
            Assert.That(mask.Contains(6), Is.False);
            Assert.That(mask, Is.EqualTo(CpuMask.ParseList("5,700")));
        });
        mask.Remove(5);
        Assert.That(mask, Is.EqualTo(CpuMask.ParseList("700")));
    }

    [TestCase(-1), TestCase(1024)]
    public void Numbers_out_of_range_are_refused(int cpu)
    {
        var mask = default(CpuMask);
        Assert.That(() => mask.Add(cpu), Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void Words_round_trip()
    {
        var mask = CpuMask.ParseList("0,63-65,1000-1023");
        var words = new ulong[16];
        mask.CopyTo(words);
        Assert.That(CpuMask.FromWords(words), Is.EqualTo(mask));
    }
}
