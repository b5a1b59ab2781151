// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.ArenaRuntime;

/// <summary>Result of one check of the machine.</summary>
/// <param name="Name">What was looked at.</param>
/// <param name="Passed">True if nothing stands in the way.</param>
/// <param name="Finding">What was found.</param>
/// <param name="Remedy">What to do; empty when passed.</param>
public sealed record DoctorCheck(string Name, bool Passed, string Finding, string Remedy);
