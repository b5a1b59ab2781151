// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.ArenaRuntime;

/// <summary>
/// Kernel functions (kfuncs) whose description in the kernel's type information is damaged. Some builds of 7.1 and 7.2 have them: the public
/// prototype still has the implicit parameter <c>aux</c>, so that the function counts as missing for every scheduler that calls it. Which
/// functions differs from build to build, and most schedulers call none of them: a kernel is refused only for what a scheduler calls.
/// </summary>
public static class KernelFunctions
{
    private const string Mark = "scx_bpf_", ImplicitTwin = "_impl", ImplicitParameter = "aux";
    private const string ReferencesSection = ".ksyms", OtherWayTag = "wd:or=", SuffixMark = "___";

    /// <summary>All functions for schedulers that are damaged, called by somebody or not, by name.</summary>
    /// <param name="kernel">The kernel's types.</param>
    public static IReadOnlyList<string> Damaged(Btf kernel)
    {
        ArgumentNullException.ThrowIfNull(kernel);
        return
        [
            .. kernel.OfKind(BtfKind.Function)
                .Where(function => function.Name.Contains(Mark, StringComparison.Ordinal)
                    && !function.Name.EndsWith(ImplicitTwin, StringComparison.Ordinal) && IsDamaged(function, kernel))
                .Select(function => function.Name).Distinct().Order(StringComparer.Ordinal),
        ];
    }

    /// <summary>
    /// The damaged functions that a linked object cannot do without. One that is tagged with another way (<c>__kfunc_or</c> in
    /// <c>wd40/compat.h</c>) is not needed while that way is open, nor is the other way while the tagged one is sound.
    /// </summary>
    /// <param name="linked">The linked object's types, which name the kernel functions that it calls.</param>
    /// <param name="kernel">The kernel's types.</param>
    /// <returns>Names of the kernel's functions, in order.</returns>
    public static IReadOnlyList<string> DamagedCalls(Btf linked, Btf kernel)
    {
        ArgumentNullException.ThrowIfNull(linked);
        ArgumentNullException.ThrowIfNull(kernel);
        var otherWays = Calls(linked);
        var found = kernel.FindAll(BtfKind.Function, otherWays.Keys.ToHashSet(StringComparer.Ordinal))
            .DistinctBy(function => function.Name)
            .ToDictionary(function => function.Name, function => !IsDamaged(function, kernel), StringComparer.Ordinal);
        bool IsSound(string name) => found.GetValueOrDefault(name);
        bool IsDispensable(string name) =>
            (otherWays[name] is { } other && (other.Length == 0 || IsSound(other)))
            || otherWays.Any(call => call.Value == name && IsSound(call.Key));
        return
        [
            .. found.Where(function => !function.Value && !IsDispensable(function.Key))
                .Select(function => function.Key).Order(StringComparer.Ordinal),
        ];
    }

    /// <summary>Refuses an object that calls damaged functions, before the kernel does so with a verifier log.</summary>
    /// <param name="linked">The linked object; an open one no longer says what it calls, because libbpf rewrites its types.</param>
    /// <param name="kernel">The kernel's types.</param>
    /// <exception cref="SchedulerException">It calls some; the message names them. <see cref="ExitCode.DamagedKernel"/>.</exception>
    public static void Require(LinkedObject linked, Btf kernel)
    {
        ArgumentNullException.ThrowIfNull(linked);
        var name = linked.Composition.Name;
        using var types = Btf.FromBytes(ElfFile.Parse(linked.ToArray(), name).Section(".BTF", out _), name);
        if (DamagedCalls(types, kernel) is { Count: > 0 } damaged)
            throw new SchedulerException(ExitCode.DamagedKernel,
                $"{name} calls {string.Join(", ", damaged)}, and this kernel's type information is damaged there: the prototype still has "
                + $"the implicit parameter {ImplicitParameter}, so calls are refused",
                "Boot another build of the kernel: the damage came with the pahole that it was built with, not with its version.");
    }

    /// <summary>The kernel functions that an object refers to, each with its tagged other way; null without one.</summary>
    private static Dictionary<string, string?> Calls(Btf linked)
    {
        var tags = linked.OfKind(BtfKind.DeclarationTag).Where(tag => tag.Name.StartsWith(OtherWayTag, StringComparison.Ordinal))
            .DistinctBy(tag => tag.TargetId).ToDictionary(tag => tag.TargetId, tag => tag.Name[OtherWayTag.Length..]);
        var calls = new Dictionary<string, string?>(StringComparer.Ordinal);
        var sections = linked.OfKind(BtfKind.DataSection).Where(section => section.Name == ReferencesSection);
        foreach (var reference in sections.SelectMany(section => section.Members))
        {
            if (linked[reference.TypeId].Kind == BtfKind.Function)
                calls[KernelName(reference.Name)] = tags.GetValueOrDefault(reference.TypeId);
        }
        return calls;
    }

    /// <summary>libbpf, too, drops the last suffix before it looks a name up.</summary>
    private static string KernelName(string reference)
    {
        var suffix = reference.LastIndexOf(SuffixMark, StringComparison.Ordinal);
        return suffix > 0 ? reference[..suffix] : reference;
    }

    private static bool IsDamaged(BtfType function, Btf types) =>
        types[function.TargetId].Members.Any(parameter => parameter.Name == ImplicitParameter);
}
