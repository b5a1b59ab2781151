// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Vm;

/// <summary>What a kernel's BTF says about loading sched_ext programs.</summary>
/// <param name="Present">The kernel has <c>struct sched_ext_ops</c>.</param>
/// <param name="MalformedKfuncs">
/// Kfuncs whose public prototype still carries the implicit argument <c>aux</c>: calls to them are refused. Some 7.1 and 7.2 builds of Debian have them.
/// </param>
public sealed record SchedExtSupport(bool Present, IReadOnlyList<string> MalformedKfuncs)
{
    /// <summary>True when programs that may call any kfunc can be loaded.</summary>
    public bool IsSound => Present && MalformedKfuncs.Count == 0;

    /// <summary>In words.</summary>
    public override string ToString() =>
        !Present ? "no sched_ext" : IsSound ? "sched_ext" : $"sched_ext, {MalformedKfuncs.Count} malformed kfuncs";

    internal static SchedExtSupport Of(BtfTypes btf) =>
        new(
            btf.HasStruct("sched_ext_ops"),
            [
                .. btf.Functions.Where(f => f.Name.Contains("scx_bpf_", StringComparison.Ordinal)
                        && !f.Name.EndsWith("_impl", StringComparison.Ordinal) && f.Parameters.Contains("aux"))
                    .Select(f => f.Name).Distinct().Order(StringComparer.Ordinal),
            ]);
}
