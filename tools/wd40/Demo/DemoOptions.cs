// SPDX-License-Identifier: GPL-2.0-only
using Wd40.Vm;

namespace Wd40.Tool.Demo;

/// <summary>What the demonstration was asked for.</summary>
/// <param name="Scheduler">Name of the scheduler.</param>
/// <param name="Host">On this machine instead of in a guest.</param>
/// <param name="Kernel">Series or path of a kernel image.</param>
/// <param name="Append">More kernel arguments.</param>
/// <param name="Topology">CPUs and caches of the guest.</param>
/// <param name="Files">Directory with wd40, libbpf.so.1 and wd40-load on this machine.</param>
/// <param name="Seconds">Measured window of each of the two loads, guest time.</param>
/// <param name="Json">Print the report as JSON.</param>
internal sealed record DemoOptions(
    string Scheduler, bool Host, string Kernel, string Append, VmTopology Topology, string Files, int Seconds, bool Json);
