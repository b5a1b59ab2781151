// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.ArenaRuntime;

/// <summary>Exit status of a scheduler process: one per cause, so that a service manager can tell them apart.</summary>
public enum ExitCode
{
    /// <summary>Detached because it was asked to.</summary>
    Clean = 0,

    /// <summary>A failure that none of the other codes names.</summary>
    Failure = 1,

    /// <summary>Unknown or contradictory options.</summary>
    Usage = 2,

    /// <summary>The machine cannot run sched_ext schedulers: kernel, privilege, JIT, libbpf or another scheduler in the way.</summary>
    UnfitMachine = 3,

    /// <summary>The kernel's verifier refused a program.</summary>
    RejectedByVerifier = 4,

    /// <summary>Everything loaded, but the kernel refused to attach the scheduler.</summary>
    AttachRefused = 5,

    /// <summary>The kernel ejected the running scheduler because of an error.</summary>
    EjectedByError = 6,

    /// <summary>The kernel's watchdog ejected the running scheduler because a runnable task waited too long.</summary>
    EjectedByWatchdog = 7,

    /// <summary>BPF objects and C# code, or BPF objects among themselves, do not agree: layout, ABI, slot or file format.</summary>
    LayoutMismatch = 8,

    /// <summary>The scheduler calls kernel functions that this build of the kernel describes wrongly.</summary>
    DamagedKernel = 9,
}
