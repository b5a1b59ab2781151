// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.ArenaRuntime;

/// <summary>The part of a scheduler that one BPF object fills; the names are those of arena-bpf/include/wd40/module.h.</summary>
public enum ModuleSlot
{
    /// <summary>The sched_ext callbacks. Exactly one, or a test object in its place.</summary>
    Core,

    /// <summary>Code that other objects call: allocators, task table. Any number.</summary>
    Library,

    /// <summary>Domains, CPU choice at wake-up, stealing. At most one.</summary>
    Placement,

    /// <summary>Order and slices. At most one.</summary>
    Deadline,

    /// <summary>Duty cycles and migration requests. At most one.</summary>
    LoadBalance,

    /// <summary>Syscall programs that exercise the others. Any number; stands in for a core.</summary>
    Test,
}
