// SPDX-License-Identifier: GPL-2.0-only
using System.CommandLine;
using Wd40.Placement;
using Wd40.Schedulers;

namespace Wd40.Tool.CommandLine;

/// <summary>The options of wd40, and <c>--cpumasks</c>, which a derived class places among them.</summary>
public abstract class MasksOptionTable : Wd40OptionTable
{
    /// <summary>Long name of the option.</summary>
    protected const string MasksOption = "--cpumasks";

    private Option<string[]?>? _cpuMasks;

    /// <summary>Declares the options of wd40.</summary>
    /// <param name="defaults">Values of options that are not given.</param>
    protected MasksOptionTable(Wd40Options defaults)
        : base(defaults)
    {
    }

    /// <inheritdoc/>
    public override Wd40Options Read(ParseResult parsed, SchedulerEnvironment environment)
    {
        ArgumentNullException.ThrowIfNull(parsed);
        var options = base.Read(parsed, environment);
        return HasMasks(parsed) ? options with { CpuMasks = [.. parsed.GetValue(_cpuMasks!)!.SelectMany(CpuMask.ParseHexMasks)] } : options;
    }

    /// <summary>Declares <c>--cpumasks</c> in the group begun last.</summary>
    protected void DeclareMasks() => _cpuMasks = Words(MasksOption, "-C", "MASKS", "hexadecimal masks or all, commas or blanks between", Wrong,
        "CPUs of each domain, each CPU in one mask: 0x0f,0xf0. Digits may be grouped by underscores; all is every online CPU.");

    /// <summary>Whether masks are given.</summary>
    protected bool HasMasks(ParseResult parsed)
    {
        ArgumentNullException.ThrowIfNull(parsed);
        return _cpuMasks is not null && parsed.GetValue(_cpuMasks) is { Length: > 0 };
    }

    /// <summary>What is wrong with a word of masks, or null.</summary>
    private static string? Wrong(string word)
    {
        try
        {
            CpuMask.ParseHexMasks(word);
            return null;
        }
        catch (FormatException malformed)
        {
            return malformed.Message;
        }
    }
}
