// SPDX-License-Identifier: GPL-2.0-only
using System.Globalization;
using System.Text.Json.Serialization;

namespace Wd40.VmTests.Reports;

/// <summary>One line of <c>probe stats</c>: an answer of the statistics server and when it was asked.</summary>
/// <param name="MonoNs">CLOCK_MONOTONIC.</param>
internal sealed record StatsLine(long MonoNs, StatsAnswer Answer)
{
    /// <summary>The statistics.</summary>
    public ClusterStats Stats => Answer.Errno == 0 ? Answer.Args.Resp : throw new FormatException($"the server answered errno {Answer.Errno}");
}

/// <summary>The protocol's envelope.</summary>
internal sealed record StatsAnswer(int Errno, StatsArguments Args);

/// <summary>The protocol's envelope, inner part.</summary>
internal sealed record StatsArguments(ClusterStats Resp);

/// <summary>The fields that the checks read.</summary>
/// <param name="AtUs">Wall clock of the reading.</param>
/// <param name="LbAtUs">Wall clock of the last balance step; it changes once a step.</param>
/// <param name="Total">Placements and dispatches.</param>
/// <param name="Load">Sum of all loads.</param>
/// <param name="DlClamp">Keys lifted after a sleep, percent of the total.</param>
/// <param name="DlPreset">Keys kept after a sleep, percent of the total.</param>
/// <param name="GreedyLocal">Tasks pulled from another domain of the same node, percent of the total.</param>
/// <param name="GreedyXnuma">Tasks pulled from another node, percent of the total.</param>
/// <param name="WakeSync">Tasks that synchronous wake-ups left on the waker's CPU, percent of the total.</param>
/// <param name="SyncPrevIdle">Tasks that synchronous wake-ups put on their idle previous CPU, percent of the total.</param>
/// <param name="SliceUs">The bound of the slices that holds now: -o while the machine is full, else -u.</param>
/// <param name="Pinned">Tasks that may run on one CPU only, percent of the total.</param>
/// <param name="Greedy">Tasks put on an idle CPU of another domain of the same node, percent of the total.</param>
/// <param name="GreedyFar">The same of another node, percent of the total.</param>
/// <param name="KickGreedy">Idle CPUs of other domains woken to come and pull, percent of the total.</param>
/// <param name="TaskGetErr">Tasks without a record where one was expected.</param>
/// <param name="NrKeep">Running tasks that dispatch has let go on.</param>
/// <param name="NrPreempt">Running tasks that a woken one has preempted.</param>
/// <param name="NrMigrations">Applied migrations.</param>
/// <param name="NrMovedQueued">Tasks that the balancer's requests moved from queue to queue.</param>
internal sealed record ClusterStats(
    long AtUs, long LbAtUs, long Total, double Load, double DlClamp, double DlPreset, double GreedyLocal,
    double GreedyXnuma, double WakeSync, double SyncPrevIdle, ulong SliceUs,
    double Pinned, double Greedy, double GreedyFar, double KickGreedy, long TaskGetErr,
    long NrKeep, long NrPreempt, long NrMigrations, long NrMovedQueued, long NrRequested, long NrSlotsAllocated, long NrSlotsFreed, long NrSlotErrors, long NrUntracked,
    IReadOnlyList<ulong> DirectGreedyCpus, IReadOnlyList<ulong> KickGreedyCpus,
    IReadOnlyDictionary<string, NodeStats> Nodes)
{
    /// <summary>Tasks pulled from another node, as a number.</summary>
    [JsonIgnore]
    public long PullsAcross => (long)Math.Round(Total * GreedyXnuma / 100);

    /// <summary>All domains in the order of their numbers.</summary>
    [JsonIgnore]
    public IReadOnlyList<DomainStats> Domains =>
    [
        .. Nodes.Values.SelectMany(node => node.Doms).OrderBy(pair => int.Parse(pair.Key, CultureInfo.InvariantCulture)).Select(pair => pair.Value),
    ];
}

/// <summary>A NUMA node.</summary>
internal sealed record NodeStats(double Load, double Imbal, IReadOnlyDictionary<string, DomainStats> Doms);

/// <summary>A domain.</summary>
/// <param name="PulledIn">Tasks that its CPUs have pulled from others.</param>
/// <param name="PulledOut">Tasks that CPUs of others have pulled from its queue.</param>
internal sealed record DomainStats(double Load, double Imbal, int NrCpus, long PulledIn, long PulledOut);
