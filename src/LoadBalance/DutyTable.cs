// SPDX-License-Identifier: GPL-2.0-only
using CommunityToolkit.HighPerformance;
using Wd40.ArenaRuntime.Layout;

namespace Wd40.LoadBalance;

/// <summary>
/// Domain x weight-class table of duty cycles, built anew from the task records at each balance step. A class covers 100 weights; its mean
/// weight is the true one of the tasks in it, so a class stands for its tasks exactly.
/// </summary>
public sealed class DutyTable
{
    /// <summary>Weight classes: weights 1..10000 in hundreds.</summary>
    public const int Buckets = 100;

    private const int WeightsPerBucket = WdConstants.WeightMax / Buckets;
    private readonly double[] _duty, _weighted;
    private readonly double[] _bucketDuty = new double[Buckets], _bucketWeight = new double[Buckets];
    private readonly int _domains;

    /// <summary>Creates an empty table.</summary>
    /// <param name="domains">Number of domains.</param>
    public DutyTable(int domains)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(domains, 1);
        _domains = domains;
        _duty = new double[domains * Buckets];
        _weighted = new double[domains * Buckets];
    }

    /// <summary>Duty sums, one row a domain, one column a weight class.</summary>
    public Span2D<double> Duty => new(_duty, _domains, Buckets);

    private Span2D<double> Weighted => new(_weighted, _domains, Buckets);

    /// <summary>Class of a weight.</summary>
    public static int BucketOf(uint weight) => Math.Min((int)(weight / WeightsPerBucket), Buckets - 1);

    /// <summary>Empties the table.</summary>
    public void Clear()
    {
        Duty.Clear();
        Weighted.Clear();
    }

    /// <summary>Adds one task.</summary>
    /// <param name="domain">Its domain.</param>
    /// <param name="weight">Its weight.</param>
    /// <param name="duty">Its duty cycle, 0..1.</param>
    public void Add(int domain, uint weight, double duty)
    {
        int bucket = BucketOf(weight);
        Duty[domain, bucket] += duty;
        Weighted[domain, bucket] += duty * weight;
    }

    /// <summary>Solves for the effective largest weight over all domains, see <see cref="InfeasibleWeights"/>.</summary>
    /// <param name="cpus">CPUs of all domains.</param>
    public double Lambda(int cpus)
    {
        var duty = Duty;
        var weighted = Weighted;
        for (int bucket = 0; bucket < Buckets; bucket++)
        {
            double sum = 0, weight = 0;
            for (int domain = 0; domain < _domains; domain++)
            {
                sum += duty[domain, bucket];
                weight += weighted[domain, bucket];
            }
            _bucketDuty[bucket] = sum;
            _bucketWeight[bucket] = sum > 0 ? weight / sum : bucket * WeightsPerBucket;
        }
        return InfeasibleWeights.Solve(_bucketWeight, _bucketDuty, cpus);
    }
}
