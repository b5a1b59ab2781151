// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.VmTests.Reports;

/// <summary>What <c>wd40-load forkstorm</c> prints.</summary>
internal sealed record ForkReport(long Asked, long Forked, long Failures, double ForksPerS);
