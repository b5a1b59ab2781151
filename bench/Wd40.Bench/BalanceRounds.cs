// SPDX-License-Identifier: GPL-2.0-only
using Wd40.LoadBalance;

namespace Wd40.Bench;

/// <summary>
/// One balance round over 64 domains of one node: the planner against C that keeps a sorted list a domain. Six domains have twice the tasks
/// of the others. Both must plan the same transfers in the same order.
/// </summary>
internal static class BalanceRounds
{
    private const int Domains = 64;
    private const int CrowdedDomains = 6;
    private const int Seeds = 3;

    /// <summary>Units of a load: 1/1024 of a weight.</summary>
    private const int LoadScale = 1024;

    private static readonly int[] _weights = [15, 36, 100, 100, 100, 100, 100, 100, 335, 1024];

    /// <summary>Measures with 10^4, 10^5 and 10^6 tasks.</summary>
    internal static void RunAll(Report report, int rounds)
    {
        Run(report, 10_000, rounds, 0.2);
        Run(report, 100_000, rounds, 0.12);
        Run(report, 1_000_000, rounds, 0.08);
    }

    private static void Run(Report report, int count, int rounds, double target)
    {
        // The C planner has no cut-off: a whole surplus in one round is also the longer way.
        var thresholds = new BalanceThresholds { Cutoff = 1 };
        var planner = new BalancePlanner(count, thresholds);
        var threshold = thresholds.Domain;
        var transfers = new NativeTransfer[count];
        var load = new uint[count];
        var domain = new byte[count];
        var node = new byte[Domains];
        var capacity = new uint[Domains];
        Array.Fill(capacity, 1024u);

        ulong Managed() => (ulong)planner.Plan(new BalanceRound { Load = load, Domain = domain, Capacity = capacity, Node = node }).Length;
        ulong Native() => (ulong)NativeKernels.Balance(in load[0], in domain[0], (nuint)count, in capacity[0], Domains, threshold, ref transfers[0]);

        for (var seed = 0; seed < Seeds; seed++)
        {
            Fill(new Random(seed), load, domain);
            var expected = (int)(long)Native();
            if (expected < 0)
                throw new InvalidOperationException($"the C planner failed (errno {-expected})");
            Compare(transfers.AsSpan(0, expected), planner.Plan(new BalanceRound { Load = load, Domain = domain, Capacity = capacity, Node = node }));
        }
        var before = GC.GetAllocatedBytesForCurrentThread();
        var planned = Managed();
        if (GC.GetAllocatedBytesForCurrentThread() != before)
            throw new InvalidOperationException("a planned round allocates memory");

        var repeats = Math.Max(1, 20_000 / count);
        Variant[] variants = [new("C", [Native], repeats, 8), new("C#", [Managed], repeats, 8), new("C again", [Native], repeats, 8)];
        var rows = RoundRunner.Run(variants, rounds);
        var what = $"balance round, {planned} transfers";
        report.Add(Timing.Of(what, count, variants, rows));
        report.Add(Figure.Judge($"{what}: C# / C", count, rows, 1, 0, (0, 2), target));
    }

    private static void Fill(Random random, Span<uint> load, Span<byte> domain)
    {
        for (var i = 0; i < load.Length; i++)
        {
            var place = random.Next(Domains + CrowdedDomains);
            domain[i] = (byte)(place < Domains ? place : place - Domains);
            load[i] = (uint)(_weights[random.Next(_weights.Length)] * random.Next(1, LoadScale + 1));
        }
    }

    private static void Compare(ReadOnlySpan<NativeTransfer> native, ReadOnlySpan<Transfer> managed)
    {
        if (native.IsEmpty)
            throw new InvalidOperationException("no transfer was planned: there is nothing to measure");
        for (var i = 0; i < Math.Max(native.Length, managed.Length); i++)
        {
            if (i >= native.Length || i >= managed.Length
                || managed[i] != new Transfer((int)native[i].Task, (byte)native[i].From, (byte)native[i].To))
                throw new InvalidOperationException($"C plans {native.Length} transfers and C# {managed.Length}; they differ from transfer {i} on");
        }
    }
}
