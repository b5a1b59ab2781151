// SPDX-License-Identifier: GPL-2.0-only
using System.Buffers.Binary;
using System.Text;

namespace Wd40.ArenaRuntime;

/// <summary>
/// The table of callbacks and settings (struct sched_ext_ops) of an open object. Members are found by name in the object's own type
/// information; libbpf translates them to the running kernel's layout on load.
/// </summary>
public sealed class StructOps
{
    private readonly OpenObject _object;
    private readonly nint _map;
    private readonly BtfType _type;

    internal StructOps(OpenObject owner, nint map, string name, BtfType type)
    {
        _object = owner;
        _map = map;
        Name = name;
        _type = type;
    }

    /// <summary>Name of the map: that of the variable in the source.</summary>
    public string Name { get; }

    /// <summary>C name of the table's type.</summary>
    public string TypeName => _type.Name;

    /// <summary>Names of all members.</summary>
    public IEnumerable<string> Members => _type.Members.Select(member => member.Name);

    /// <summary>True if a member holds anything but zero: a callback that is there, a setting that is made.</summary>
    public bool IsSet(string member) => Find(member).ContainsAnyExcept((byte)0);

    /// <summary>Sets an integer member (timeout_ms, flags, exit_dump_len, hotplug_seq).</summary>
    /// <exception cref="SchedulerException">There is no such member.</exception>
    /// <exception cref="OverflowException">The value does not fit.</exception>
    public void Set(string member, ulong value)
    {
        var field = Find(member);
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        if (field.Length > 8 || bytes[field.Length..].ContainsAnyExcept((byte)0))
            throw new OverflowException($"{value} does not fit into the {field.Length} bytes of {TypeName}.{member}");
        bytes[..field.Length].CopyTo(field);
    }

    /// <summary>Sets a text member (name); longer texts are cut so that the final zero fits.</summary>
    /// <exception cref="SchedulerException">There is no such member.</exception>
    public void Set(string member, string value)
    {
        var field = Find(member);
        field.Clear();
        var bytes = Encoding.UTF8.GetBytes(value);
        bytes.AsSpan(0, Math.Min(bytes.Length, field.Length - 1)).CopyTo(field);
    }

    /// <summary>Reads an integer member.</summary>
    public ulong Get(string member)
    {
        var field = Find(member);
        Span<byte> bytes = stackalloc byte[8];
        field[..Math.Min(8, field.Length)].CopyTo(bytes);
        return BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    }

    /// <summary>Leaves a member out. A program that only this member mentions is then not loaded.</summary>
    public void Clear(string member) => Find(member).Clear();

    /// <summary>Leaves out all members that the kernel's definition of the table does not have; they would fail the load.</summary>
    /// <param name="kernel">The running kernel's type information.</param>
    /// <returns>Names of the members that were set and are now left out.</returns>
    /// <exception cref="SchedulerException">The kernel has no such table.</exception>
    public IReadOnlyList<string> DropUnknownMembers(Btf kernel)
    {
        ArgumentNullException.ThrowIfNull(kernel);
        var theirs = kernel.Find(BtfKind.Struct, TypeName) ?? throw new SchedulerException(ExitCode.UnfitMachine,
            $"the kernel has no struct {TypeName}", "Boot a kernel with CONFIG_SCHED_CLASS_EXT=y, 6.16 or newer.");
        var known = theirs.Members.Select(member => member.Name).ToHashSet(StringComparer.Ordinal);
        var dropped = Members.Where(member => !known.Contains(member) && IsSet(member)).ToArray();
        foreach (var member in dropped)
            Clear(member);
        return dropped;
    }

    private unsafe Span<byte> Find(string name)
    {
        foreach (var member in _type.Members)
        {
            if (member.Name != name)
                continue;
            nuint size;
            var data = Interop.Libbpf.MapInitialValue(_object.Use(_map), &size);
            var (offset, length) = (member.BitOffset / 8, _object.Btf.SizeOf(member.TypeId));
            if (data == null || offset + length > size)
                break;
            // SAFETY: libbpf's shadow copy has `size` bytes laid out like the object's BTF; the member lies within it.
            return new Span<byte>(data + offset, (int)length);
        }
        throw new SchedulerException(ExitCode.LayoutMismatch, $"struct {TypeName} in {_object.Name} has no member {name}",
            "Rebuild the BPF objects with the vmlinux.h of this source tree.");
    }
}
