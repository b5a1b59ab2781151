// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Vm;

/// <summary>What to boot and how.</summary>
public sealed record GuestOptions
{
    /// <summary>A series (<c>6.18</c>), <c>newest</c>, or the path of a bzImage.</summary>
    public string Kernel { get; init; } = KernelCatalog.Newest;

    /// <summary>Further kernel arguments.</summary>
    public string Append { get; init; } = "";

    /// <summary>Processors and memory.</summary>
    public VmTopology Topology { get; init; } = VmTopology.TwoLlcs;

    /// <summary>How guest time passes.</summary>
    public ClockMode Clock { get; init; } = ClockMode.Parallel;

    /// <summary>Files that the guest finds when it starts.</summary>
    public IReadOnlyList<GuestFile> Files { get; init; } = [];

    /// <summary>Wall time from the start of QEMU until the guest's agent answers.</summary>
    public TimeSpan BootLimit { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>Wall time after which QEMU is ended whatever happens, even when this process is gone.</summary>
    public TimeSpan LifeLimit { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Limit of a command that names none, in wall time; instruction counting is some ten times slower than emulation in parallel.</summary>
    public TimeSpan DefaultCommandLimit => Clock == ClockMode.InstructionCount ? TimeSpan.FromMinutes(20) : TimeSpan.FromMinutes(3);
}
