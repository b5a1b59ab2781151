// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.VmTests.Reports;

/// <summary>What <c>wd40-load hogs</c> prints.</summary>
/// <param name="StartNs">When the hogs began, CLOCK_MONOTONIC.</param>
/// <param name="EndNs">When their window ended, and they were told to stop.</param>
/// <param name="IdleShare">Of all CPUs in the measured window.</param>
/// <param name="Groups">In the order of the command line.</param>
/// <param name="Samples">Hogs per domain at a fixed period; empty unless asked for.</param>
internal sealed record HogsReport(long StartNs, long EndNs, double IdleShare, IReadOnlyList<HogGroup> Groups, IReadOnlyList<HogSample>? Samples = null)
{
    /// <summary>CPU time of the first group over that of the second.</summary>
    public double Ratio => Groups[0].ShareSum / Groups[1].ShareSum;

    /// <summary>CPUs that all hogs together used.</summary>
    public double CpusUsed => Groups.Sum(group => group.ShareSum);
}

/// <summary>Hogs of one nice value and affinity.</summary>
/// <param name="Alive">Those not ended on purpose.</param>
/// <param name="ShareSum">CPUs that they used together.</param>
/// <param name="ShareMean">CPUs that each used on average.</param>
/// <param name="LongestGapNs">Longest time without progress of any of them in the window.</param>
/// <param name="Switches">Times in the window that they were made to give up their CPU.</param>
/// <param name="Moves">Moves between domains since the start, as the hogs noticed them.</param>
/// <param name="Changes">Times that they have set their own affinity.</param>
internal sealed record HogGroup(
    int Hogs, int Nice, int Alive, double ShareSum, double ShareMean, double ShareMin, double ShareMax,
    long LongestGapNs, long Switches, long Moves, long Changes, IReadOnlyList<HogMember> Members)
{
    /// <summary>How far the members are apart: largest less smallest share, over the mean.</summary>
    public double Range => (ShareMax - ShareMin) / ShareMean;
}

/// <summary>One hog; of one that was ended on purpose there is no more than its number.</summary>
/// <param name="LongestGapNs">Its longest time without progress in the window.</param>
/// <param name="LongestGapAtNs">When that began, since the hogs began.</param>
internal sealed record HogMember(int Pid, long LongestGapNs = 0, long LongestGapAtNs = 0);

/// <summary>Where the hogs were.</summary>
/// <param name="AtNs">Since the hogs began.</param>
internal sealed record HogSample(long AtNs, IReadOnlyList<int> HogsPerDomain);
