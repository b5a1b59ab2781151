// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.HostTests;

/// <summary>struct test_args of arena-bpf/tests/columns.h: what most test programs take.</summary>
/// <param name="Rows">Rows to work on.</param>
/// <param name="Value">Defined by the program.</param>
internal record struct TestArgs(ulong Rows, ulong Value = 0);
