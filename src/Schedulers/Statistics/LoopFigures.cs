// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Schedulers.Statistics;

/// <summary>
/// What the main loop knows and the arena does not hold. Written by the main loop's thread alone, read by the serving thread; each
/// figure is one word, so a reader never sees halves.
/// </summary>
public sealed class LoopFigures
{
    private ulong _timeUsedNs;
    private ulong _balancedAtUs;
    private ulong _requested;
    private ulong _pending;
    private long _progressAt = Environment.TickCount64;

    /// <summary>Time spent in tuner and balancer steps since start, in ns.</summary>
    public ulong TimeUsedNs
    {
        get => Volatile.Read(ref _timeUsedNs);
        set => Volatile.Write(ref _timeUsedNs, value);
    }

    /// <summary>Wall clock of the last balance step, us since 1970; 0 before the first.</summary>
    public ulong BalancedAtUs => Volatile.Read(ref _balancedAtUs);

    /// <summary>Migrations requested by the balancer since start.</summary>
    public ulong Requested => Volatile.Read(ref _requested);

    /// <summary>Migrations requested and neither applied, refused nor stale yet.</summary>
    public ulong Pending => Volatile.Read(ref _pending);

    /// <summary>Milliseconds since the main loop last made a turn.</summary>
    public long ProgressAgeMs => Math.Max(0, Environment.TickCount64 - Volatile.Read(ref _progressAt));

    /// <summary>Notes a finished balance step.</summary>
    /// <param name="atUs">Wall clock, us since 1970.</param>
    /// <param name="requested">Migrations it newly requested.</param>
    /// <param name="pending">Requests open after it.</param>
    public void Balanced(ulong atUs, ulong requested, ulong pending)
    {
        Volatile.Write(ref _requested, _requested + requested);
        Volatile.Write(ref _pending, pending);
        Volatile.Write(ref _balancedAtUs, atUs);
    }

    /// <summary>Notes a turn of the main loop.</summary>
    public void Progressed() => Volatile.Write(ref _progressAt, Environment.TickCount64);
}
