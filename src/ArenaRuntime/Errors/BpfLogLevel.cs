// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.ArenaRuntime;

/// <summary>Severity of a libbpf message (enum libbpf_print_level).</summary>
public enum BpfLogLevel
{
    /// <summary>Something failed or will not work as written.</summary>
    Warning = 0,

    /// <summary>Normal progress.</summary>
    Information = 1,

    /// <summary>Detail for developers of libbpf.</summary>
    Debug = 2,
}
