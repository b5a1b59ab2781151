// SPDX-License-Identifier: GPL-2.0-only
using System.Runtime.InteropServices;
using System.Text;

namespace Wd40.ArenaRuntime;

/// <summary>
/// Type information of a BPF object or of the kernel, read through libbpf. Types are copied out on demand, so that the kernel's
/// 130 000 types cost nothing until they are asked for. Not safe for concurrent use.
/// </summary>
public sealed class Btf : IDisposable
{
    private readonly BtfHandle _handle;
    private readonly object? _owner;
    private readonly Dictionary<uint, BtfType> _types = [];

    private Btf(BtfHandle handle, object? owner)
    {
        _handle = handle;
        _owner = owner;
        Count = Interop.Libbpf.BtfTypeCount(handle);
    }

    /// <summary>Number of types, the void type with id 0 included.</summary>
    public uint Count { get; }

    /// <summary>Reads the contents of a .BTF section.</summary>
    /// <exception cref="BpfException">The data is no valid BTF.</exception>
    public static unsafe Btf FromBytes(ReadOnlySpan<byte> section, string what)
    {
        using var log = BpfLog.Capture();
        // SAFETY: libbpf copies the data before it returns.
        fixed (byte* data = section)
        {
            var handle = Interop.Libbpf.BtfNew(data, (uint)section.Length);
            return Checked(handle, $"read the type information of {what}", log);
        }
    }

    /// <summary>Reads raw BTF or the BTF of an ELF file.</summary>
    /// <exception cref="BpfException">The file cannot be read or holds no valid BTF.</exception>
    public static Btf FromFile(string path)
    {
        using var log = BpfLog.Capture();
        return Checked(Interop.Libbpf.BtfParse(path, 0), $"read the type information in {path}", log);
    }

    /// <summary>Reads what the kernel keeps of an object that is loaded.</summary>
    /// <param name="id">The kernel's number of it.</param>
    /// <param name="what">What to call the object in messages.</param>
    /// <exception cref="BpfException">The kernel has no such type information, or does not give it away.</exception>
    internal static Btf FromKernel(uint id, string what)
    {
        using var log = BpfLog.Capture();
        return Checked(Interop.Libbpf.BtfLoadFromKernelById(id), $"read the type information of {what}", log);
    }

    /// <summary>The BTF of an open object; <paramref name="owner"/> is kept alive as long as this instance.</summary>
    internal static Btf Borrow(nint btf, object owner) => new(new BtfHandle(btf), owner);

    /// <summary>The type with the given id.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such type.</exception>
    public BtfType this[uint id]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(id, Count);
            if (!_types.TryGetValue(id, out var type))
                _types[id] = type = Read(id);
            return type;
        }
    }

    /// <summary>The first type of a kind and name, or null.</summary>
    public BtfType? Find(BtfKind kind, string name)
    {
        var id = Interop.Libbpf.BtfFindByNameKind(_handle, name, (uint)kind);
        return id > 0 ? this[(uint)id] : null;
    }

    /// <summary>All types of one kind with one of the names, in order of their ids: one pass over the names, none of which is copied.</summary>
    internal unsafe List<BtfType> FindAll(BtfKind kind, HashSet<string> names)
    {
        var wanted = names.GetAlternateLookup<ReadOnlySpan<char>>();
        Span<char> text = stackalloc char[names.Select(name => name.Length).DefaultIfEmpty(0).Max()];
        var found = new List<BtfType>();
        var held = false;
        try
        {
            _handle.DangerousAddRef(ref held);
            var btf = _handle.DangerousGetHandle();
            for (uint id = 1; id < Count; id++)
            {
                // SAFETY: id is below Count, so the record lies inside libbpf's copy of the data, which is held; it has checked that names end there.
                var header = Interop.Libbpf.BtfTypeById(btf, id);
                if ((BtfKind)((header->Info >> 24) & 0x1f) != kind)
                    continue;
                var name = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(Interop.Libbpf.BtfNameByOffset(btf, header->NameOffset));
                if (name.Length <= text.Length && Encoding.UTF8.TryGetChars(name, text, out var length) && wanted.Contains(text[..length]))
                    found.Add(this[id]);
            }
        }
        finally
        {
            if (held)
                _handle.DangerousRelease();
        }
        return found;
    }

    /// <summary>All types of one kind, in order of their ids.</summary>
    public IEnumerable<BtfType> OfKind(BtfKind kind)
    {
        for (uint id = 1; id < Count; id++)
        {
            if (KindOf(id) == kind)
                yield return this[id];
        }
    }

    /// <summary>The type under typedefs, qualifiers and type tags.</summary>
    public BtfType Strip(uint id)
    {
        var type = this[id];
        // A chain longer than the number of types is a cycle, which valid BTF has not.
        for (uint i = 0; i < Count && type.Kind is BtfKind.Typedef or BtfKind.Const or BtfKind.Volatile or BtfKind.Restrict or BtfKind.TypeTag; i++)
            type = this[type.TargetId];
        return type;
    }

    /// <summary>Size in bytes of a value of the type; 0 for void, functions and flexible arrays.</summary>
    public uint SizeOf(uint id)
    {
        var type = Strip(id);
        return type.Kind switch
        {
            BtfKind.Pointer => 8,
            BtfKind.Array => type.Count * SizeOf(type.TargetId),
            _ => type.Size,
        };
    }

    /// <summary>Frees the type information, unless it belongs to an open object.</summary>
    public void Dispose()
    {
        _handle.Dispose();
        GC.KeepAlive(_owner);
    }

    private static Btf Checked(BtfHandle handle, string operation, BpfLogCapture log) => handle.IsInvalid
        ? throw BpfException.Create(operation, Marshal.GetLastPInvokeError(), log, ExitCode.LayoutMismatch,
            "Rebuild the BPF object with clang -g; without type information it cannot be used.")
        : new Btf(handle, null);

    private unsafe BtfKind KindOf(uint id)
    {
        // SAFETY: id is below Count, so libbpf returns a record inside its copy of the data, which _handle keeps alive.
        return (BtfKind)((Interop.Libbpf.BtfTypeById(_handle, id)->Info >> 24) & 0x1f);
    }

    private unsafe string NameAt(uint offset) =>
        Marshal.PtrToStringUTF8((nint)Interop.Libbpf.BtfNameByOffset(_handle, offset)) ?? "";

    private unsafe BtfType Read(uint id)
    {
        // SAFETY: libbpf has checked on parsing that each record and the data behind it lie inside its buffer.
        var header = Interop.Libbpf.BtfTypeById(_handle, id);
        var count = (int)(header->Info & 0xffff);
        var flag = header->Info >> 31 != 0;
        var kind = (BtfKind)((header->Info >> 24) & 0x1f);
        var name = NameAt(header->NameOffset);
        var data = (uint*)(header + 1);
        var value = header->SizeOrType;
        return kind switch
        {
            BtfKind.Void => new BtfType(id, kind, "void"),
            BtfKind.Int => new BtfType(id, kind, name) { Size = value, IsSigned = (data[0] >> 24 & 1) != 0, IsBool = (data[0] >> 24 & 4) != 0 },
            BtfKind.Array => new BtfType(id, kind, name) { TargetId = data[0], Count = data[2] },
            BtfKind.Struct or BtfKind.Union => new BtfType(id, kind, name) { Size = value, Members = ReadMembers(data, count, flag) },
            BtfKind.Enum => new BtfType(id, kind, name) { Size = value, IsSigned = flag, Enumerators = ReadEnum(data, count, flag) },
            BtfKind.Enum64 => new BtfType(id, kind, name) { Size = value, IsSigned = flag, Enumerators = ReadEnum64(data, count) },
            BtfKind.Forward => new BtfType(id, kind, name) { IsExtern = flag },
            // A function's linkage stands where others count: 2 is extern.
            BtfKind.Function => new BtfType(id, kind, name) { TargetId = value, IsExtern = count == 2 },
            BtfKind.FunctionPrototype => new BtfType(id, kind, name) { TargetId = value, Members = ReadParameters(data, count) },
            BtfKind.Variable => new BtfType(id, kind, name) { TargetId = value, IsExtern = data[0] == 2 },
            BtfKind.DataSection => new BtfType(id, kind, name) { Size = value, Members = ReadSection(data, count) },
            BtfKind.Float => new BtfType(id, kind, name) { Size = value },
            BtfKind.DeclarationTag => new BtfType(id, kind, name) { TargetId = value, ComponentIndex = (int)data[0] },
            _ => new BtfType(id, kind, name) { TargetId = value },
        };
    }

    private unsafe BtfMember[] ReadMembers(uint* data, int count, bool flag)
    {
        var members = new BtfMember[count];
        for (var i = 0; i < count; i++, data += 3)
        {
            // With the kind flag the upper byte is the width of a bit-field and the rest its position.
            members[i] = flag
                ? new BtfMember(NameAt(data[0]), data[1], data[2] & 0xffffff, data[2] >> 24, 0)
                : new BtfMember(NameAt(data[0]), data[1], data[2], 0, 0);
        }
        return members;
    }

    private unsafe BtfMember[] ReadParameters(uint* data, int count)
    {
        var members = new BtfMember[count];
        for (var i = 0; i < count; i++, data += 2)
            members[i] = new BtfMember(NameAt(data[0]), data[1], 0, 0, 0);
        return members;
    }

    private unsafe BtfMember[] ReadSection(uint* data, int count)
    {
        var members = new BtfMember[count];
        for (var i = 0; i < count; i++, data += 3)
            members[i] = new BtfMember(this[data[0]].Name, data[0], data[1] * 8, 0, data[2]);
        return members;
    }

    private unsafe BtfEnumerator[] ReadEnum(uint* data, int count, bool signed)
    {
        var values = new BtfEnumerator[count];
        for (var i = 0; i < count; i++, data += 2)
            values[i] = new BtfEnumerator(NameAt(data[0]), signed ? (int)data[1] : data[1]);
        return values;
    }

    private unsafe BtfEnumerator[] ReadEnum64(uint* data, int count)
    {
        var values = new BtfEnumerator[count];
        for (var i = 0; i < count; i++, data += 3)
            values[i] = new BtfEnumerator(NameAt(data[0]), (long)((ulong)data[2] << 32 | data[1]));
        return values;
    }
}
