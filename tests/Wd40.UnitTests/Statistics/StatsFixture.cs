// SPDX-License-Identifier: GPL-2.0-only
using Wd40.Schedulers.Statistics;

namespace Wd40.UnitTests.Statistics;

/// <summary>A served fake source on a socket of its own.</summary>
internal sealed class StatsFixture : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("wd40-stats-");

    internal StatsFixture(FakeStatsSource? source = null) => Source = source ?? new FakeStatsSource();

    internal FakeStatsSource Source { get; }

    internal LoopFigures Loop { get; } = new();

    internal string SocketPath => Path.Combine(_directory.FullName, "root", "stats");

    internal StatsServer? Server { get; private set; }

    internal StatsServerOptions Options => new()
    {
        Path = SocketPath,
        Identity = new StatsIdentity("wd40", "1.2.3", "wd40_1.2.3", "6.18.0-test"),
    };

    internal static StatsFixture Started(FakeStatsSource? source = null, Func<StatsServerOptions, StatsServerOptions>? change = null)
    {
        var fixture = new StatsFixture(source);
        fixture.Start(change);
        return fixture;
    }

    internal void Start(Func<StatsServerOptions, StatsServerOptions>? change = null)
    {
        Server = new StatsServer(Source, Loop, change is null ? Options : change(Options));
        Server.Start();
    }

    internal void Stop()
    {
        Server?.Dispose();
        Server = null;
    }

    internal RawClient Connect() => new(SocketPath);

    public void Dispose()
    {
        Stop();
        _directory.Delete(recursive: true);
    }
}
