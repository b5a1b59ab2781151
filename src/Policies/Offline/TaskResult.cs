// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Policies.Offline;

/// <summary>What became of a task.</summary>
public sealed class TaskResult
{
    // Buckets of an eighth of a power of two: 2^64 ns fit.
    private const int BucketsPerOctave = 8;
    private readonly ulong[] _waits = new ulong[64 * BucketsPerOctave];

    /// <summary>CPU time, ns.</summary>
    public ulong CpuTime { get; internal set; }

    /// <summary>Part of one CPU that it had while it lived, 0 to 1.</summary>
    public double CpuShare { get; internal set; }

    /// <summary>How often it was given a CPU.</summary>
    public ulong Runs { get; private set; }

    /// <summary>The longest time that it was runnable without running, ns; the wait that it ended in included.</summary>
    public ulong LongestGap { get; private set; }

    /// <summary>Time it waited for a CPU: this part of its waits was not longer, ns. Right to an eighth.</summary>
    /// <param name="part">0 to 1.</param>
    public ulong WaitPercentile(double part)
    {
        var wanted = (ulong)Math.Ceiling(part * Runs);
        ulong seen = 0;
        for (var bucket = 0; bucket < _waits.Length; bucket++)
        {
            seen += _waits[bucket];
            if (seen >= wanted && seen > 0)
                return Math.Min(UpperEnd(bucket), LongestGap);
        }
        return 0;
    }

    internal void Waited(ulong time)
    {
        Runs++;
        _waits[Bucket(time)]++;
        StillWaits(time);
    }

    internal void StillWaits(ulong time) => LongestGap = Math.Max(LongestGap, time);

    private static int Bucket(ulong time)
    {
        if (time < BucketsPerOctave)
            return (int)time;
        var octave = System.Numerics.BitOperations.Log2(time);
        return ((octave - 2) * BucketsPerOctave) + (int)(time >> (octave - 3) & 7);
    }

    private static ulong UpperEnd(int bucket)
    {
        if (bucket < BucketsPerOctave)
            return (ulong)bucket;
        var octave = (bucket / BucketsPerOctave) + 2;
        return ((ulong)(bucket % BucketsPerOctave) + 9 << (octave - 3)) - 1;
    }
}
