// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Vm.Compare;

/// <summary>What a comparison with a bar says. The numbers are exit codes.</summary>
public enum Outcome
{
    /// <summary>The bar is met.</summary>
    Met = 0,

    /// <summary>It is missed.</summary>
    Missed = 1,

    /// <summary>The rounds do not tell: run longer.</summary>
    Inconclusive = 2,
}
