// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime.Layout;
using Wd40.LoadBalance;

namespace Wd40.UnitTests.LoadBalance;

/// <summary>What became of hogs in some rounds.</summary>
/// <param name="Mean">Imbalance after a round's moves, mean of all rounds.</param>
/// <param name="Settled">Imbalance after the last round.</param>
/// <param name="Moves">Moves of all rounds.</param>
internal readonly record struct BedResult(double Mean, double Settled, int Moves)
{
    /// <summary>Sums of several runs.</summary>
    public static BedResult operator +(BedResult a, BedResult b) => new(a.Mean + b.Mean, a.Settled + b.Settled, a.Moves + b.Moves);
}

/// <summary>
/// The whole C# half of load balance on domains of any size: hogs with real running averages, a step every 2 s, and requests answered as the
/// core does. Imbalance is that of the hogs as they are, not of the balancer's figures: of the domain that is furthest from the load per CPU
/// of all domains, as a part of it.
/// </summary>
internal sealed class BalanceBed : IDisposable
{
    public const int Rounds = 10;
    private readonly TaskArena _arena;
    private readonly int[] _cpus;
    private readonly Balancer _balancer;
    private int _hogs;

    public BalanceBed(int[] cpus, int nodes, Func<int, BalanceThresholds, RoundPlanner> makePlanner)
    {
        _cpus = cpus;
        _arena = new TaskArena(cpus.Length, nodes);
        for (int domain = 0; domain < cpus.Length; domain++)
        {
            _arena.Domain(domain).NrCpus = (uint)cpus[domain];
            _arena.Domain(domain).Capacity = (ulong)cpus[domain] * 1024;
        }
        _balancer = new Balancer(_arena.Arena, _arena.Layout, new BalancerOptions { MakePlanner = makePlanner });
    }

    public TaskArena Arena => _arena;

    /// <summary>Hogs that are born in a domain.</summary>
    /// <returns>Their slots.</returns>
    public int[] Add(int count, int domain, uint weight = 100)
    {
        int[] slots = [.. Enumerable.Range(_hogs + 1, count)];
        foreach (int slot in slots)
            _arena.Start(slot, domain, weight);
        _hogs += count;
        return slots;
    }

    /// <summary>Plays rounds of 2 s.</summary>
    /// <param name="before">Called before each round with its number.</param>
    public BedResult Run(Action<int>? before = null)
    {
        double sum = 0, last = 0;
        int moves = 0;
        for (int round = 0; round < Rounds; round++)
        {
            before?.Invoke(round);
            _arena.Pass(2);
            _balancer.Step(fullyUtilised: true);
            moves += _arena.Answer();
            sum += last = Imbalance();
        }
        return new BedResult(sum / Rounds, last, moves);
    }

    public void Dispose() => _arena.Dispose();

    private double Imbalance()
    {
        var load = new double[_cpus.Length];
        for (int slot = 1; slot <= _hogs; slot++)
        {
            WdBrief brief = _arena.Brief(slot);
            if (brief.Live != 0)
                load[brief.Domain] += Math.Min(brief.Weight, _balancer.Lambda);
        }
        double level = load.Sum() / _cpus.Sum();
        return load.Select((l, domain) => Math.Abs((l / _cpus[domain]) - level)).Max() / level;
    }
}
