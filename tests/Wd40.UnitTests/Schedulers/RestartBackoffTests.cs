// SPDX-License-Identifier: GPL-2.0-only
using Wd40.Schedulers;

namespace Wd40.UnitTests.Schedulers;

[TestFixture]
public sealed class RestartBackoffTests
{
    private static readonly TimeSpan _short = TimeSpan.FromMilliseconds(10);

    [Test]
    public void The_first_restart_is_at_once_and_later_ones_wait_longer_and_longer()
    {
        var backoff = new RestartBackoff();
        var delays = Enumerable.Range(0, 8).Select(_ => backoff.Next(_short).TotalMilliseconds).ToArray();
        Assert.That(delays, Is.EqualTo(new double[] { 0, 50, 100, 200, 400, 800, 800, 800 }));
    }

    [Test]
    public void A_calm_run_ends_the_series()
    {
        var backoff = new RestartBackoff();
        backoff.Next(_short);
        backoff.Next(_short);
        Assert.Multiple(() =>
        {
            Assert.That(backoff.Next(TimeSpan.FromSeconds(5)), Is.EqualTo(TimeSpan.Zero));
            Assert.That(backoff.Next(_short), Is.EqualTo(RestartBackoff.Shortest));
        });
    }
}
