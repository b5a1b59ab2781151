// SPDX-License-Identifier: GPL-2.0-only
using System.CommandLine;
using Wd40.Schedulers;

namespace Wd40.Tool.CommandLine;

/// <summary>The options of <c>wd40 run rusty</c>: those of wd40 with rusty's defaults, and domains made by hand.</summary>
public sealed class RustyOptionTable : MasksOptionTable
{
    /// <summary>Group domains by cache, which masks do by hand.</summary>
    private static readonly string[] _byCache = ["--cache-level", "--max-domain-cpus"];

    /// <summary>Declares the options.</summary>
    public RustyOptionTable()
        : base(RustyScheduler.Defaults)
    {
        Group(DomainGroup);
        DeclareMasks();
    }

    /// <inheritdoc/>
    public override SchedulerDefinition Define(Wd40Options options) => RustyScheduler.Define(options);

    /// <inheritdoc/>
    public override string? Contradiction(ParseResult parsed)
    {
        ArgumentNullException.ThrowIfNull(parsed);
        if (HasMasks(parsed) && Rows.FirstOrDefault(row => IsByCache(row) && parsed.GetResult(row.Symbol) is { Implicit: false }) is { } other)
            return $"{MasksOption} makes the domains by hand and {other.Symbol.Name} by cache: give one of them";
        return base.Contradiction(parsed);
    }

    private static bool IsByCache(OptionRow row) => _byCache.Contains(row.Symbol.Name);
}
