// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Vm.Compare;

/// <summary>One figure in one round: default scheduler, candidate, default scheduler again.</summary>
/// <param name="First">Value of the first default run.</param>
/// <param name="Candidate">Value of the scheduler under test.</param>
/// <param name="Second">Value of the second default run.</param>
/// <param name="DefaultIdle">Greater idle share of the two default runs, where known.</param>
/// <param name="CandidateIdle">Idle share of the candidate's run, where known.</param>
/// <param name="Void">Why the round does not count for this figure, or null.</param>
public sealed record FigureRound(double First, double Candidate, double Second, double? DefaultIdle, double? CandidateIdle, string? Void)
{
    /// <summary>Idle share above which a throughput of instruction-count mode says nothing.</summary>
    public const double IdleLimit = 0.005;

    /// <summary>Mean of the two default runs.</summary>
    public double Default => (First + Second) / 2;

    /// <summary>Candidate against the mean of the default runs; null without a meaning (division by nothing).</summary>
    public double? Ratio => Default > 0 ? Candidate / Default : null;

    /// <summary>How far the two default runs are apart, as part of their mean.</summary>
    public double Noise => Default > 0 ? Math.Abs(First - Second) / Default : 0;

    /// <summary>Combines three runs of a scenario into a round of one figure.</summary>
    /// <param name="figure">The figure.</param>
    /// <param name="first">Default run before.</param>
    /// <param name="candidate">Run of the scheduler under test.</param>
    /// <param name="second">Default run after.</param>
    /// <param name="idleCounts">True in instruction-count mode, where idle CPUs cost nothing and so invalidate a throughput.</param>
    public static FigureRound Of(FigureDefinition figure, Measurement first, Measurement candidate, Measurement second, bool idleCounts)
    {
        ArgumentNullException.ThrowIfNull(figure);
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(candidate);
        ArgumentNullException.ThrowIfNull(second);
        double? defaultIdle = first.IdleShare is { } a && second.IdleShare is { } b ? Math.Max(a, b) : null;
        string? nothing = first.Void ?? candidate.Void ?? second.Void;
        if (nothing is not null)
        {
            return new FigureRound(double.NaN, double.NaN, double.NaN, defaultIdle, candidate.IdleShare, nothing);
        }

        double? idlest = defaultIdle is { } d && candidate.IdleShare is { } c ? Math.Max(d, c) : null;
        if (figure.NeedsBusyMachine && idleCounts && idlest is not <= IdleLimit)
        {
            nothing = idlest is null ? "the idle share is unknown" : $"idle share {idlest:F4} is above {IdleLimit}";
        }

        return new FigureRound(
            first.Figures[figure.Name], candidate.Figures[figure.Name], second.Figures[figure.Name], defaultIdle, candidate.IdleShare, nothing);
    }
}
