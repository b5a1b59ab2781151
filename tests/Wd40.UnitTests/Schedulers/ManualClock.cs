// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.UnitTests.Schedulers;

/// <summary>A clock that stands until it is told to go: 1000 ticks a second.</summary>
internal sealed class ManualClock : TimeProvider
{
    private long _now = 1_000_000;

    public override long TimestampFrequency => 1000;

    public override long GetTimestamp() => _now;

    internal void Advance(long milliseconds) => _now += milliseconds;
}
