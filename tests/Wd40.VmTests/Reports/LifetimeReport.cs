// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.VmTests.Reports;

/// <summary>What <c>probe lifetime</c> prints; times are guest time.</summary>
/// <param name="Ops">The kernel's name of the scheduler while it ran.</param>
/// <param name="EnabledNs">From the start of the process until the kernel had enabled it.</param>
/// <param name="DisabledNs">From SIGTERM until the kernel had disabled it.</param>
/// <param name="EndedNs">From SIGTERM until the process had ended.</param>
internal sealed record LifetimeReport(string Ops, long EnabledNs, long DisabledNs, long EndedNs, int ExitCode);
