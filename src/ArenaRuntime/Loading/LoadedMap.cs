// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.ArenaRuntime;

/// <summary>A map in the kernel.</summary>
/// <param name="Name">As libbpf calls it; that of a section of variables ends in the section's name.</param>
/// <param name="Type">What it is.</param>
/// <param name="Descriptor">Open in this process for as long as the object.</param>
/// <param name="ValueSize">Bytes of a value: of a section, its size.</param>
/// <param name="MaxEntries">Entries; of an arena, pages.</param>
internal readonly record struct LoadedMap(string Name, Interop.Libbpf.MapType Type, int Descriptor, uint ValueSize, uint MaxEntries)
{
    private static readonly string[] _sections = [".rodata", ".data", ".bss"];

    /// <summary>Its name in a BPF file system, which has no full stops: that of a section without what libbpf puts before it.</summary>
    public string PinName
    {
        get
        {
            foreach (var section in _sections)
            {
                if (Name.IndexOf(section, StringComparison.Ordinal) is >= 0 and var at)
                    return Name[(at + 1)..].Replace('.', '-');
            }
            return Name.Replace('.', '-');
        }
    }

    /// <summary>The name that belongs to a <see cref="PinName"/>, without what libbpf puts before a section's.</summary>
    public static string NameOfPin(string pin) =>
        _sections.Any(section => pin.StartsWith(section[1..], StringComparison.Ordinal)) ? '.' + pin.Replace('-', '.') : pin;
}
