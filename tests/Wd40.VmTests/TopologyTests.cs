// SPDX-License-Identifier: GPL-2.0-only
using Wd40.Vm;
using Wd40.VmTests.Harness;

namespace Wd40.VmTests;

/// <summary>A machine with one NUMA node and two caches, one boot per kernel; a machine without cache information is a unit test.</summary>
[TestFixture("6.18", Category = RunLength.FullOnly)]
[TestFixture(KernelCatalog.Newest)]
internal sealed class TopologyTests(string kernel) : MachineTests(kernel, VmTopology.TwoLlcs);
