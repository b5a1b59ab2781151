// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.VmTests.Reports;

/// <summary>What <c>wd40-load requests</c> prints.</summary>
/// <param name="RequestsPerS">Requests that were served.</param>
/// <param name="IdleShare">Of all CPUs in the measured window.</param>
internal sealed record RequestsReport(double RequestsPerS, double IdleShare);
