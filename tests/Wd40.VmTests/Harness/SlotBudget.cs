// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.VmTests.Harness;

/// <summary>Instructions that the verifier may go through for one call of a slot function: the budgets of docs/modules.md.</summary>
internal static class SlotBudget
{
    private static readonly Dictionary<string, Dictionary<string, long>> _slots = new(StringComparer.Ordinal)
    {
        ["placement"] = new() { ["home"] = 500, ["select"] = 2000, ["margin"] = 100, ["kick"] = 1000 },
        ["deadline"] = new() { ["runnable"] = 200, ["key"] = 500, ["charge"] = 200, ["slice"] = 100, ["moved"] = 100, ["quiescent"] = 2000 },
        ["loadbalance"] = new() { ["account"] = 500, ["request"] = 100 },
    };

    /// <summary>Budgets of a slot's functions by name; none for a core.</summary>
    public static IReadOnlyDictionary<string, long> Of(string slot) => _slots.TryGetValue(slot, out var budget) ? budget : new Dictionary<string, long>();
}
