// SPDX-License-Identifier: GPL-2.0-only
using System.Globalization;
using System.Text;

namespace Wd40.ArenaRuntime.Layout;

/// <summary>Reads the layouts of all shared structs (declaration tag <c>wd:shared</c>) out of a BTF.</summary>
public sealed class LayoutReader
{
    /// <summary>The tag that marks a shared struct.</summary>
    public const string SharedTag = "wd:shared";

    private readonly Btf _btf;
    private readonly Dictionary<(uint Type, int Component), List<string>> _tags = [];
    private readonly Dictionary<uint, string> _texts = [];

    /// <summary>Indexes the declaration tags of <paramref name="btf"/>.</summary>
    public LayoutReader(Btf btf)
    {
        ArgumentNullException.ThrowIfNull(btf);
        _btf = btf;
        foreach (var tag in btf.OfKind(BtfKind.DeclarationTag))
        {
            var key = (tag.TargetId, tag.ComponentIndex);
            if (!_tags.TryGetValue(key, out var list))
                _tags[key] = list = [];
            list.Add(tag.Name);
        }
    }

    /// <summary>All shared structs in order of their ids. Two of the same name stand for two layouts that the linker kept side by side.</summary>
    public IReadOnlyList<SharedStruct> ReadAll() => _tags
        .Where(tags => tags.Key.Component == -1 && tags.Value.Contains(SharedTag))
        .Select(tags => tags.Key.Type)
        .Order()
        .Select(id => Read(_btf[id]))
        .ToArray();

    /// <summary>Name and hash of each shared struct, for the stamp in an object.</summary>
    public IReadOnlyDictionary<string, ulong> ReadHashes()
    {
        var hashes = new SortedDictionary<string, ulong>(StringComparer.Ordinal);
        foreach (var layout in ReadAll())
        {
            if (!hashes.TryAdd(layout.Name, layout.Hash) && hashes[layout.Name] != layout.Hash)
                throw new SchedulerException(ExitCode.LayoutMismatch, $"struct {layout.Name} has two different layouts in one object",
                    "Give one of the two structs another name.");
        }
        return hashes;
    }

    /// <summary>Layout of one struct or union, tagged or not.</summary>
    public SharedStruct Read(BtfType type)
    {
        ArgumentNullException.ThrowIfNull(type);
        var fields = new List<SharedField>();
        Flatten(type, 0, fields);
        return new SharedStruct(type.Name, type.Size, Fnv1a.Hash(CanonicalText(type)), fields);
    }

    /// <summary>The tags on a struct (<paramref name="component"/> -1) or on one of its members.</summary>
    public IReadOnlyList<string> Tags(uint type, int component) => _tags.TryGetValue((type, component), out var list) ? list : [];

    /// <summary>
    /// What the hash is taken of: one line per struct and field (name, bit offset, bit size, type), followed by the texts of the structs
    /// that are embedded in it.
    /// </summary>
    public string CanonicalText(BtfType type)
    {
        ArgumentNullException.ThrowIfNull(type);
        if (_texts.TryGetValue(type.Id, out var known))
            return known;
        var fields = new List<SharedField>();
        var nested = new List<BtfType>();
        Flatten(type, 0, fields, nested);
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{(type.Kind == BtfKind.Union ? "union" : "struct")} {type.Name} {type.Size}\n");
        foreach (var field in fields)
            text.Append(CultureInfo.InvariantCulture, $" {field.Name} {field.BitOffset} {field.BitSize} {field.Type}\n");
        foreach (var inner in nested.DistinctBy(inner => inner.Id))
            text.Append(CanonicalText(inner));
        return _texts[type.Id] = text.ToString();
    }

    /// <summary>True if the member or the type it points to carries the tag <c>arena</c>: address_space(1) itself leaves no trace in BTF.</summary>
    public bool IsArenaPointer(BtfType owner, int component, BtfMember member)
    {
        ArgumentNullException.ThrowIfNull(owner);
        var type = _btf[member.TypeId];
        while (type.Kind is BtfKind.Typedef or BtfKind.Const or BtfKind.Volatile or BtfKind.Restrict)
            type = _btf[type.TargetId];
        if (type.Kind != BtfKind.Pointer)
            return false;
        return Tags(owner.Id, component).Contains("arena") || _btf[type.TargetId] is { Kind: BtfKind.TypeTag, Name: "arena" };
    }

    private void Flatten(BtfType type, uint start, List<SharedField> fields, List<BtfType>? nested = null)
    {
        for (var i = 0; i < type.Members.Count; i++)
        {
            var member = type.Members[i];
            var target = _btf.Strip(member.TypeId);
            if (member.Name.Length == 0 && target.Kind is BtfKind.Struct or BtfKind.Union)
            {
                Flatten(target, start + member.BitOffset, fields, nested);
                continue;
            }
            var width = member.BitSize != 0 ? member.BitSize : _btf.SizeOf(member.TypeId) * 8;
            var tags = Tags(type.Id, i);
            fields.Add(new SharedField(member.Name, start + member.BitOffset, width, Describe(type, i, member, nested))
            {
                Writer = Value(tags, "writer="),
                Unit = Value(tags, "unit="),
                Help = Value(tags, "help="),
                Export = Value(tags, "export=") is { Length: > 0 } export ? export : member.Name,
            });
        }
    }

    private string Describe(BtfType owner, int index, BtfMember member, List<BtfType>? nested) =>
        IsArenaPointer(owner, index, member) ? "arena pointer" : Describe(member.TypeId, nested);

    private string Describe(uint id, List<BtfType>? nested)
    {
        var type = _btf.Strip(id);
        switch (type.Kind)
        {
            case BtfKind.Int:
                return type.IsBool ? "bool" : $"{(type.IsSigned ? 's' : 'u')}{type.Size * 8}";
            case BtfKind.Enum or BtfKind.Enum64:
                return $"enum {type.Name} {type.Size * 8}";
            case BtfKind.Array:
                return $"array {type.Count} of {Describe(type.TargetId, nested)}";
            case BtfKind.Struct or BtfKind.Union:
                nested?.Add(type);
                return $"{(type.Kind == BtfKind.Union ? "union" : "struct")} {type.Name}";
            case BtfKind.Pointer:
                return "pointer";
            default:
                return $"{type.Kind} {type.Size * 8}".ToLowerInvariant();
        }
    }

    private static string Value(IReadOnlyList<string> tags, string key) =>
        string.Join(' ', tags.Where(tag => tag.StartsWith(key, StringComparison.Ordinal)).Select(tag => tag[key.Length..]).Order(StringComparer.Ordinal));
}
