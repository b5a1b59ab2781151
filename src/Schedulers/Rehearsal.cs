// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime;
using Wd40.ArenaRuntime.Layout;
using Wd40.LoadBalance;
using Wd40.Placement;

namespace Wd40.Schedulers;

/// <summary>
/// Steps of tuner and balancer on a small machine of anonymous memory, before the real one is scheduled. All code of a step is compiled
/// when it first runs, and much of it first runs when there is something to move: in a running scheduler that is a pause of a real-time
/// thread, 0.2 s on an emulated CPU, at the very moment when the machine becomes uneven.
/// </summary>
internal static class Rehearsal
{
    private const uint Nodes = 2, Domains = 4, CpusPerDomain = 2, Cpus = Domains * CpusPerDomain;

    // More than a list that the planner's own sort handles, so that both of its sorts run.
    private const int Tasks = 600, MaxTasks = 1024;

    private const int Rounds = 3;

    /// <summary>Runs the steps.</summary>
    /// <param name="tuning">Options of the tuner.</param>
    /// <param name="balancing">Options of the balancer, whose answers nobody is told of; null: there is none.</param>
    /// <returns>Moves that the balancer asked for.</returns>
    public static int Run(TunerOptions tuning, BalancerOptions? balancing)
    {
        var parts = new ArenaLayout(Cpus, Domains, Nodes, MaxTasks);
        var layout = parts.ToStruct();
        using var arena = Arena.Anonymous(parts.Size);
        Fill(arena, layout);
        var tuner = new Tuner(arena, layout, tuning);
        var balancer = balancing is null ? null : new Balancer(arena, layout, balancing with { Answered = null });
        var asked = 0;
        for (var round = 0; round < Rounds; round++)
        {
            foreach (ref var cpu in arena.Span<WdCpu>(layout.Cpus, layout.NrCpuIds))
                cpu.Clock += WdConstants.Sec;
            tuner.Step();
            asked += balancer?.Step(fullyUtilised: round > 0) ?? 0;
            Answer(arena, layout);
        }
        return asked;
    }

    private static void Fill(Arena arena, WdLayout layout)
    {
        var domains = arena.Span<WdDomain>(layout.Domains, Domains);
        for (var i = 0; i < (int)Domains; i++)
        {
            domains[i].Node = (uint)i / (Domains / Nodes);
            domains[i].NrCpus = CpusPerDomain;
            domains[i].Capacity = CpusPerDomain * Topology.FullCapacity;
            domains[i].Cpus[0] = ((1ul << (int)CpusPerDomain) - 1) << (i * (int)CpusPerDomain);
        }
        foreach (ref var cpu in arena.Span<WdCpu>(layout.Cpus, layout.NrCpuIds))
            cpu.Clock = WdConstants.Sec;
        var briefs = arena.Span<WdBrief>(layout.Briefs, layout.MaxTasks);
        var tasks = arena.Span<WdTask>(layout.Tasks, layout.MaxTasks);
        for (var slot = 1; slot <= Tasks; slot++)
        {
            // All in the first domain, of all weights; some sleep, some may not move, some have a node that they prefer.
            briefs[slot].Live = 1;
            briefs[slot].Weight = (uint)(1 + (slot * 97 % WdConstants.WeightMax));
            tasks[slot].Generation = 1;
            tasks[slot].Domains = slot % 7 == 0 ? 1u : (1u << (int)Domains) - 1;
            tasks[slot].PreferredDomains = slot % 5 == 0 ? 0xcu : 0;
            RunningAverage.Accumulate(ref tasks[slot].Duty, 1, WdConstants.Sec, WdConstants.Sec);
            if (slot % 3 == 0)
                RunningAverage.Accumulate(ref tasks[slot].Duty, 0, WdConstants.Sec + (ulong)WdConstants.Msec, WdConstants.Sec);
        }
    }

    /// <summary>Plays the kernel half: grants what was asked for.</summary>
    private static void Answer(Arena arena, WdLayout layout)
    {
        var requests = arena.Span<WdRequest>(layout.Requests, layout.MaxTasks);
        var briefs = arena.Span<WdBrief>(layout.Briefs, layout.MaxTasks);
        var tasks = arena.Span<WdTask>(layout.Tasks, layout.MaxTasks);
        for (var slot = 1; slot <= Tasks; slot++)
        {
            var asked = new RequestWord(requests[slot].Word);
            if (asked.Generation != (uint)tasks[slot].Generation)
                continue;
            tasks[slot].Acknowledged = new RequestWord(asked.Generation, asked.Sequence, (ushort)WdOutcome.Applied).Bits;
            briefs[slot].Domain = (byte)asked.Value;
        }
    }
}
