// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Vm.Compare;

/// <summary>Which way a figure improves.</summary>
public enum Direction
{
    /// <summary>Less is better: delays, errors, times.</summary>
    Lower,

    /// <summary>More is better: rates, indices.</summary>
    Higher,
}
