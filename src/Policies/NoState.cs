// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Policies;

/// <summary>For policies that remember nothing about a task.</summary>
public readonly struct NoState;
