// SPDX-License-Identifier: GPL-2.0-only
using Wd40.Vm;
using Wd40.VmTests.Harness;

namespace Wd40.VmTests;

/// <summary>Machines with one NUMA node, one boot per kernel and machine; a machine without cache information is a unit test.</summary>
[TestFixture("6.18", 1, 2, 4, Category = RunLength.FullOnly)]
[TestFixture("6.18", 1, 1, 4, Category = RunLength.FullOnly)]
[TestFixture(KernelCatalog.Newest, 1, 2, 4)]
[TestFixture(KernelCatalog.Newest, 1, 1, 4)]
internal sealed class TopologyTests(string kernel, int nodes, int llcsPerNode, int cores) : MachineTests(kernel, nodes, llcsPerNode, cores);
