// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.ArenaRuntime.Layout;

/// <summary>Compares the layouts in an object's BTF with those that the C# code was compiled against.</summary>
public static class LayoutCheck
{
    private const string Remedy =
        "Rebuild the BPF objects and the runtime from one source tree; after a change of a header run tools/layout-gen/regenerate.sh.";

    /// <summary>Refuses an object whose shared structs differ from <paramref name="expected"/>.</summary>
    /// <param name="btf">Type information of the object.</param>
    /// <param name="expected">Normally <see cref="LayoutTable.Structs"/>.</param>
    /// <param name="what">What to call the object in the message.</param>
    /// <exception cref="SchedulerException">Names struct, field, expected and found offset.</exception>
    public static void Require(Btf btf, IReadOnlyList<SharedStruct> expected, string what)
    {
        var known = expected.ToDictionary(layout => layout.Name, StringComparer.Ordinal);
        foreach (var found in new LayoutReader(btf).ReadAll())
        {
            if (known.TryGetValue(found.Name, out var layout) && Difference(layout, found) is { } difference)
                throw new SchedulerException(ExitCode.LayoutMismatch, $"the layout of struct {found.Name} in {what} has drifted: {difference}", Remedy);
        }
    }

    /// <summary>The first difference between two layouts in words, or null if there is none.</summary>
    public static string? Difference(SharedStruct expected, SharedStruct found)
    {
        ArgumentNullException.ThrowIfNull(expected);
        ArgumentNullException.ThrowIfNull(found);
        if (expected.Hash == found.Hash)
            return null;
        var fields = found.Fields.ToDictionary(field => field.Name, StringComparer.Ordinal);
        foreach (var field in expected.Fields)
        {
            if (!fields.Remove(field.Name, out var other))
                return $"field {field.Name}, expected at offset {field.Offset}, is missing";
            if (other.BitOffset != field.BitOffset)
                return $"field {field.Name} moved from offset {Position(field)} to {Position(other)}";
            if (other.BitSize != field.BitSize || other.Type != field.Type)
                return $"field {field.Name} at offset {Position(field)} changed from {field.Type} ({field.BitSize} bits) to {other.Type} ({other.BitSize} bits)";
        }
        if (fields.Count > 0)
        {
            var added = fields.Values.MinBy(field => field.BitOffset)!;
            return $"field {added.Name} at offset {Position(added)} is new";
        }
        return expected.Size != found.Size
            ? $"its size changed from {expected.Size} to {found.Size} bytes"
            : "a struct embedded in it changed";
    }

    private static string Position(SharedField field) => field.BitOffset % 8 == 0 ? $"{field.Offset}" : $"{field.Offset} (bit {field.BitOffset % 8})";
}
