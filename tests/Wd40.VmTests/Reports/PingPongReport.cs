// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.VmTests.Reports;

/// <summary>What <c>wd40-load pingpong</c> prints.</summary>
/// <param name="SameDomainShare">Of the round trips: those that ended with both tasks in one domain.</param>
internal sealed record PingPongReport(double RoundTripsPerS, double SameDomainShare);
