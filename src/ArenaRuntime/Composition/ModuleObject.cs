// SPDX-License-Identifier: GPL-2.0-only
using System.Reflection;

namespace Wd40.ArenaRuntime;

/// <summary>A compiled BPF object and its manifest. Immutable; holds no kernel resource.</summary>
public sealed class ModuleObject
{
    // An object is some tens of KB; whatever is much larger is none.
    private const int MaxSize = 64 << 20;

    private readonly ElfFile _elf;

    private ModuleObject(string source, ReadOnlyMemory<byte> bytes, bool stamped = true)
    {
        Source = source;
        Bytes = bytes;
        _elf = ElfFile.Parse(bytes, source);
        if (stamped)
        {
            Manifest = ModuleManifest.Read(_elf, source);
            return;
        }
        using var types = ReadBtf();
        Manifest = ModuleManifest.Read(_elf, types, source);
    }

    /// <summary>Where the object came from, for messages: a path or a resource name.</summary>
    public string Source { get; }

    /// <summary>What the object says about itself.</summary>
    public ModuleManifest Manifest { get; }

    /// <summary>The file's bytes.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>Takes an object from memory.</summary>
    /// <exception cref="CompositionException">It is truncated, foreign, or has no manifest.</exception>
    public static ModuleObject FromBytes(string source, ReadOnlyMemory<byte> bytes) => new(source, bytes);

    /// <summary>Reads an object from a file.</summary>
    /// <exception cref="CompositionException">It cannot be read, is truncated, foreign, or has no manifest.</exception>
    public static ModuleObject FromFile(string path) => FromFile(path, stamped: true);

    /// <summary>Reads an object that was built outside Wd40, by a compiler alone: its layouts are taken from its type information.</summary>
    /// <exception cref="CompositionException">It cannot be read, is truncated, foreign, or has no manifest or no type information.</exception>
    public static ModuleObject FromOutside(string path) => FromFile(path, stamped: false);

    private static ModuleObject FromFile(string path, bool stamped)
    {
        try
        {
            if (new FileInfo(path).Length > MaxSize)
                throw new CompositionException($"cannot use {path}: it is larger than {MaxSize >> 20} MiB", "Name a BPF object that was compiled for Wd40 (*.bpf.o).");
            return new ModuleObject(path, File.ReadAllBytes(path), stamped);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CompositionException($"cannot read {path}: {e.Message}", "Check the path and its permissions.");
        }
    }

    /// <summary>Reads an object that the build embedded into an assembly.</summary>
    /// <param name="assembly">The assembly that owns the module.</param>
    /// <param name="name">Path of the source below its project's source root without <c>.bpf.c</c>: <c>deadline/interactive</c>.</param>
    /// <exception cref="CompositionException">There is no such resource; the message lists those there are.</exception>
    public static ModuleObject FromResource(Assembly assembly, string name)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        var resource = $"bpf/{name}.bpf.o";
        using var stream = assembly.GetManifestResourceStream(resource) ??
            throw new CompositionException($"{assembly.GetName().Name} holds no BPF object '{name}' (it holds {string.Join(", ", ResourceNames(assembly))})",
                "Check the name, and that the source is a BpfObject item of the project.");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return new ModuleObject(name, bytes);
    }

    /// <summary>Names of all objects embedded in an assembly, sorted, as <see cref="FromResource"/> takes them.</summary>
    public static IReadOnlyList<string> ResourceNames(Assembly assembly)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        return assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith("bpf/", StringComparison.Ordinal) && name.EndsWith(".bpf.o", StringComparison.Ordinal))
            .Select(name => name["bpf/".Length..^".bpf.o".Length])
            .Order(StringComparer.Ordinal)
            .ToArray();
    }

    /// <summary>The object's own type information; the caller disposes it.</summary>
    /// <exception cref="CompositionException">It has none.</exception>
    public Btf ReadBtf()
    {
        var section = _elf.Section(".BTF", out var found);
        return found
            ? Btf.FromBytes(section, Source)
            : throw new CompositionException($"cannot use {Source}: it has no type information (section .BTF)", "Compile it with clang -g.");
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Manifest.Slot} {Manifest.Name} ({Source})";
}
