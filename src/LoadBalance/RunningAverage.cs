// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime.Layout;

namespace Wd40.LoadBalance;

/// <summary>
/// Running average of a value over time with half-life H, in integer arithmetic: the twin of <c>arena-bpf/include/wd40/ravg.h</c>, which
/// documents the algorithm. A test runs both on random input and compares bit for bit.
/// </summary>
public static class RunningAverage
{
    /// <summary>1.0 in fixed point.</summary>
    public const ulong One = WdConstants.RavgOne;

    private const int Bits = WdConstants.RavgBits;
    private const ulong ValueMax = (1ul << 44) - 1;

    /// <summary>The value was <c>average.Val</c> since <c>average.ValAt</c>; from now on it is <paramref name="value"/>.</summary>
    /// <param name="average">The record; zeroed memory is a valid start.</param>
    /// <param name="value">New value, at most 2^44 - 1.</param>
    /// <param name="now">ns; a clock that went back counts as standing still.</param>
    /// <param name="halfLife">ns, above 0.</param>
    public static void Accumulate(ref WdRavg average, ulong value, ulong now, ulong halfLife)
    {
        Advance(average, ref now, halfLife, out ulong old, out ulong current);
        average.Old = old;
        average.Cur = current;
        average.Val = Math.Min(value, ValueMax);
        average.ValAt = now;
    }

    /// <summary>The average at <paramref name="now"/> in fixed point; the record is not changed.</summary>
    public static ulong Read(in WdRavg average, ulong now, ulong halfLife)
    {
        // A copy: the kernel half may write the record meanwhile, and each field must be read once.
        WdRavg copy = average;
        Advance(copy, ref now, halfLife, out ulong old, out ulong current);
        ulong into = now % halfLife;
        if (into == 0)
            return old;
        return MultiplyShift(old, One - (Norm(into, halfLife) / 2)) + (current / 2);
    }

    private static void Advance(in WdRavg average, ref ulong now, ulong halfLife, out ulong old, out ulong current)
    {
        ulong at = average.ValAt, value = average.Val;
        old = average.Old;
        current = average.Cur;
        now = Math.Max(now, at);
        ulong periods = (now / halfLife) - (at / halfLife);
        if (periods != 0)
        {
            old = SaturatingAdd(ShiftDown(old, periods), ShiftDown(current, periods));
            current = 0;
        }
        if (value == 0)
            return;
        if (periods == 0)
        {
            current += value * Norm(now - at, halfLife);
            return;
        }
        old = SaturatingAdd(old, value * ShiftDown(Norm(halfLife - (at % halfLife), halfLife), periods));
        if (periods > 1)
            old = SaturatingAdd(old, value * Full(periods - 1));
        current += value * Norm(now % halfLife, halfLife);
    }

    /// <summary>Share of one period that a duration is, rounded up.</summary>
    private static ulong Norm(ulong duration, ulong halfLife) => duration < halfLife ? ((duration << Bits) + halfLife - 1) / halfLife : One;

    /// <summary>Weight of n complete periods before the last boundary: 1 - 2^-n, never quite 1.</summary>
    private static ulong Full(ulong periods) => periods < Bits ? One - (One >> (int)periods) : One - 1;

    private static ulong ShiftDown(ulong value, ulong by) => by < 64 ? value >> (int)by : 0;

    private static ulong SaturatingAdd(ulong a, ulong b)
    {
        ulong sum = a + b;
        return sum < a ? ulong.MaxValue : sum;
    }

    /// <summary>a x b >> 20 without overflow of the 96-bit product, for b up to 2^20.</summary>
    private static ulong MultiplyShift(ulong a, ulong b) => ((a >> 32) * b << (32 - Bits)) + ((a & 0xffffffff) * b >> Bits);
}
