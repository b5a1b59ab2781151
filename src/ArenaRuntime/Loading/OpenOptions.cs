// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.ArenaRuntime;

/// <summary>What libbpf is told when it opens an object; null leaves libbpf's default.</summary>
public sealed record OpenOptions
{
    /// <summary>Ignore map attributes that this libbpf does not know.</summary>
    public bool? RelaxedMaps { get; init; }

    /// <summary>Directory below which maps are pinned.</summary>
    public string? PinRootPath { get; init; }

    /// <summary>Text of a kernel configuration that goes before the running kernel's.</summary>
    public string? Kconfig { get; init; }

    /// <summary>File with type information that is used in place of the running kernel's.</summary>
    public string? BtfCustomPath { get; init; }

    /// <summary>Mounted BPF file system from which a token is taken.</summary>
    public string? BpfTokenPath { get; init; }
}
