// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime.Layout;

namespace Wd40.UnitTests.ArenaRuntime;

/// <summary>The difference between two layouts is named by field and offset.</summary>
[TestFixture]
public sealed class LayoutCheckTests
{
    private static readonly SharedStruct _expected = new("s", 24, 1, [new("a", 0, 64, "u64"), new("b", 64, 32, "u32"), new("c", 128, 64, "u64")]);

    [Test]
    public void Equal_hashes_are_no_difference() => Assert.That(LayoutCheck.Difference(_expected, _expected with { Fields = [] }), Is.Null);

    [Test]
    public void Moved_field_is_named_with_both_offsets() => AssertDifference("field b moved from offset 8 to 12", 24,
        new("a", 0, 64, "u64"), new("b", 96, 32, "u32"), new("c", 128, 64, "u64"));

    [Test]
    public void Missing_field_is_named() => AssertDifference("field b, expected at offset 8, is missing", 24, new("a", 0, 64, "u64"), new("c", 128, 64, "u64"));

    [Test]
    public void Changed_type_is_named() => AssertDifference("field b at offset 8 changed from u32 (32 bits) to s32 (32 bits)", 24,
        new("a", 0, 64, "u64"), new("b", 64, 32, "s32"), new("c", 128, 64, "u64"));

    [Test]
    public void New_field_is_named() => AssertDifference("field d at offset 12 is new", 24,
        new("a", 0, 64, "u64"), new("b", 64, 32, "u32"), new("d", 96, 32, "u32"), new("c", 128, 64, "u64"));

    [Test]
    public void Changed_size_is_named() => AssertDifference("its size changed from 24 to 32 bytes", 32,
        new("a", 0, 64, "u64"), new("b", 64, 32, "u32"), new("c", 128, 64, "u64"));

    private static void AssertDifference(string text, uint size, params SharedField[] fields) =>
        Assert.That(LayoutCheck.Difference(_expected, new SharedStruct("s", size, 2, fields)), Is.EqualTo(text));
}
