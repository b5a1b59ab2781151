// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime;
using Wd40.ArenaRuntime.Layout;

namespace Wd40.LayoutGen;

/// <summary>Chooses the C# type of each field of one struct.</summary>
internal sealed class TypeMapper(Btf btf, LayoutReader reader)
{
    internal SortedSet<uint> ArrayLengths { get; } = [];

    internal List<BtfType> Nested { get; } = [];

    /// <summary>The C# members; fields and BTF members are walked in the same order, anonymous structs and unions flattened.</summary>
    internal List<MemberModel> Members(BtfType type, IReadOnlyList<SharedField> fields)
    {
        var members = new List<MemberModel>();
        Walk(type, fields, members);
        return members;
    }

    private void Walk(BtfType type, IReadOnlyList<SharedField> fields, List<MemberModel> members)
    {
        for (var i = 0; i < type.Members.Count; i++)
        {
            var member = type.Members[i];
            var target = btf.Strip(member.TypeId);
            if (member.Name.Length == 0 && target.Kind is BtfKind.Struct or BtfKind.Union)
            {
                Walk(target, fields, members);
                continue;
            }
            var field = fields[members.Count];
            members.Add(new MemberModel(field, IsPadding(field) ? null : Map(type, i, member), member.BitSize != 0));
        }
    }

    // Reserved words and padding are in the map and in the size; a member would only invite use.
    private static bool IsPadding(SharedField field) =>
        field.Name.StartsWith("reserved", StringComparison.Ordinal) || field.Name.StartsWith("padding", StringComparison.Ordinal);

    private string? Map(BtfType owner, int index, BtfMember member)
    {
        if (!reader.IsArenaPointer(owner, index, member))
            return Map(member.TypeId);
        var pointer = btf.Strip(member.TypeId);
        var target = btf.Strip(pointer.TargetId);
        // A forward declaration is a shared struct as well: its layout is generated from the object that defines it.
        return target.Kind is BtfKind.Struct or BtfKind.Forward ? $"ArenaPtr<{Names.Type(target.Name)}>" : $"ArenaPtr<{Map(target.Id) ?? "byte"}>";
    }

    private string? Map(uint id)
    {
        var type = btf.Strip(id);
        switch (type.Kind)
        {
            case BtfKind.Int:
                return Integer(type.Size, type.IsSigned && type.Name != "char");
            case BtfKind.Enum or BtfKind.Enum64:
                return type.Size == 4 && type.Name.StartsWith(Generator.Prefix, StringComparison.Ordinal) ? Names.Type(type.Name) : Integer(type.Size, type.IsSigned);
            case BtfKind.Pointer:
                return "ulong";
            case BtfKind.Array when type.Count == 0:
                return null;
            case BtfKind.Array:
                ArrayLengths.Add(type.Count);
                return $"Array{type.Count}<{Map(type.TargetId)}>";
            case BtfKind.Struct:
                Nested.Add(type);
                return Names.Type(type.Name);
            default:
                throw new SchedulerException(ExitCode.LayoutMismatch, $"a shared struct holds a {type.Kind} '{type.Name}', for which there is no C# type",
                    "Use integers, enums, arrays, shared structs and arena pointers only.");
        }
    }

    private static string Integer(uint size, bool signed) => (size, signed) switch
    {
        (1, true) => "sbyte",
        (1, false) => "byte",
        (2, true) => "short",
        (2, false) => "ushort",
        (4, true) => "int",
        (4, false) => "uint",
        (8, true) => "long",
        (8, false) => "ulong",
        _ => throw new SchedulerException(ExitCode.LayoutMismatch, $"an integer of {size} bytes has no C# type", "Use integers of 1, 2, 4 or 8 bytes."),
    };
}
