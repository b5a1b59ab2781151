// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Vm;

/// <summary>How guest time passes. Decides what a measurement in the guest may prove.</summary>
public enum ClockMode
{
    /// <summary>Multi-threaded emulation: real concurrency, guest time is wall time. Function, never ratios.</summary>
    Parallel,

    /// <summary>One thread and a virtual clock that counts instructions: deterministic. Every comparison runs here.</summary>
    InstructionCount,

    /// <summary>Hardware virtualisation. Only where <see cref="KvmProbe"/> booted a guest with it.</summary>
    Kvm,
}
