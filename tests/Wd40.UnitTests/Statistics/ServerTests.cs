// SPDX-License-Identifier: GPL-2.0-only
using System.Net.Sockets;
using Wd40.ArenaRuntime;
using Wd40.Schedulers.Statistics;

namespace Wd40.UnitTests.Statistics;

/// <summary>The server's life: its socket file, its limits, and what an answer costs.</summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
internal sealed class ServerTests
{
    private const string Stats = """{"req":"stats"}""";
    private const string Health = """{"req":"health"}""";

    [Test]
    public void Nothing_is_visible_before_the_start_and_nothing_is_left_after_the_end()
    {
        using var fixture = new StatsFixture();
        using (var idle = new StatsServer(fixture.Source, fixture.Loop, fixture.Options))
            Assert.That(Directory.Exists(Path.GetDirectoryName(fixture.SocketPath)), Is.False);
        fixture.Start();
        Assert.That(Directory.GetFiles(Path.GetDirectoryName(fixture.SocketPath)!), Is.EqualTo([fixture.SocketPath]), "no temporary name is left");
        Assert.That(File.GetUnixFileMode(fixture.SocketPath), Is.EqualTo(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite));
        fixture.Stop();
        Assert.That(Directory.GetFiles(Path.GetDirectoryName(fixture.SocketPath)!), Is.Empty);
    }

    [Test]
    public void A_live_server_is_not_replaced()
    {
        using var fixture = StatsFixture.Started();
        using var client = fixture.Connect();
        var error = Assert.Throws<SchedulerException>(() => new StatsServer(fixture.Source, fixture.Loop, fixture.Options));
        Assert.That(error!.Message, Does.Contain("already answers on " + fixture.SocketPath));
        Assert.That(client.Request(Stats).GetProperty("errno").GetInt32(), Is.Zero);
    }

    [Test]
    public void A_stale_socket_is_replaced()
    {
        using var fixture = new StatsFixture();
        Directory.CreateDirectory(Path.GetDirectoryName(fixture.SocketPath)!);
        using (var dead = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            // .NET removes the name it bound: under another one the file stays, as it does when a process is killed.
            dead.Bind(new UnixDomainSocketEndPoint(fixture.SocketPath + ".0"));
            File.Move(fixture.SocketPath + ".0", fixture.SocketPath);
        }
        Assert.That(File.Exists(fixture.SocketPath), "the file outlives its socket");
        fixture.Start();
        using var client = fixture.Connect();
        Assert.That(client.Request(Stats).GetProperty("errno").GetInt32(), Is.Zero);
    }

    [Test]
    public void A_file_that_is_no_socket_is_left_alone()
    {
        using var fixture = new StatsFixture();
        Directory.CreateDirectory(Path.GetDirectoryName(fixture.SocketPath)!);
        File.WriteAllText(fixture.SocketPath, "precious");
        var error = Assert.Throws<SchedulerException>(() => fixture.Start());
        Assert.That(error!.Message, Does.Contain("is not a socket"));
        Assert.That(File.ReadAllText(fixture.SocketPath), Is.EqualTo("precious"));
    }

    [Test]
    public void A_path_longer_than_the_kernel_allows_is_refused()
    {
        using var fixture = new StatsFixture();
        var error = Assert.Throws<SchedulerException>(() => fixture.Start(options => options with { Path = options.Path + new string('x', 108) }));
        Assert.That(error!.ExitCode, Is.EqualTo(ExitCode.Usage));
        Assert.That(error.Message, Does.Contain("the kernel allows 1 to 107"));
    }

    [Test]
    public void The_socket_of_another_server_is_not_removed()
    {
        using var fixture = StatsFixture.Started();
        File.Delete(fixture.SocketPath);
        using var other = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        other.Bind(new UnixDomainSocketEndPoint(fixture.SocketPath));
        fixture.Stop();
        Assert.That(File.Exists(fixture.SocketPath), "the other server's socket");
    }

    [Test]
    public void Connections_beyond_the_limit_are_closed_and_counted()
    {
        using var fixture = StatsFixture.Started(change: options => options with { MaxConnections = 2 });
        using var first = fixture.Connect();
        using var second = fixture.Connect();
        Assert.That(first.Request(Stats).GetProperty("errno").GetInt32(), Is.Zero);
        Assert.That(second.Request(Stats).GetProperty("errno").GetInt32(), Is.Zero);
        using (var third = fixture.Connect())
            Assert.That(third.ReadLine(), Is.Null);
        Assert.That(fixture.Server!.RefusedConnections, Is.EqualTo(1));
        Assert.That(first.Request(Stats).GetProperty("errno").GetInt32(), Is.Zero);
    }

    [Test]
    public void A_full_house_of_clients_is_served()
    {
        using var fixture = StatsFixture.Started();
        var clients = Enumerable.Range(0, 128).Select(_ => fixture.Connect()).ToList();
        foreach (var client in clients)
            client.Send(Stats + "\n");
        foreach (var client in clients)
            Assert.That(client.ReadAnswer().GetProperty("errno").GetInt32(), Is.Zero);
        clients.ForEach(client => client.Dispose());
        Assert.That(fixture.Server!.RefusedConnections, Is.Zero);
    }

    [Test]
    public void A_client_that_does_not_read_is_dropped_and_does_not_hold_up_others()
    {
        using var fixture = StatsFixture.Started(change: options => options with { WriteTimeoutMs = 1 });
        using var slow = fixture.Connect();
        using var other = fixture.Connect();
        var requests = string.Concat(Enumerable.Repeat("{\"req\":\"stats_meta\"}\n", 500));
        while (fixture.Server!.DroppedConnections == 0)
        {
            // Once the server has stopped receiving, this would block: the timeout of the socket ends the test.
            try
            {
                slow.Send(requests);
            }
            catch (SocketException error) when (error.SocketErrorCode is SocketError.Shutdown or SocketError.ConnectionReset)
            {
                // Dropped while sending.
            }
            Assert.That(other.Request(Stats).GetProperty("errno").GetInt32(), Is.Zero);
            Assert.That(fixture.Server.FailedConnections, Is.Zero);
        }
        Assert.That(other.Request(Stats).GetProperty("errno").GetInt32(), Is.Zero);
    }

    /// <summary>What the runtime hands a thread at a time, bytes.</summary>
    private const long AllocationBuffer = 8192;

    [Test]
    public void Answers_allocate_nothing_after_the_first()
    {
        using var fixture = StatsFixture.Started(new FakeStatsSource(domains: 64, nodes: 8, maskWords: 16));
        using var client = fixture.Connect();
        string[] requests =
        [
            Stats, """{"req":"stats","args":{"target":"top","mode":"total"}}""", """{"req":"stats_meta","args":{}}""", """{"req":"version"}""",
        ];
        foreach (var request in requests)
            client.Value(request);
        client.Value(Health);
        var collections = GC.CollectionCount(0);
        var before = client.Value(Health).GetProperty("alloc_bytes_stats").GetInt64();
        for (var round = 0; round < 200; round++)
        {
            // Numbers of all lengths, so that the answers differ in size.
            fixture.Source.Change(values =>
            {
                values.AtUs = 1ul << (round % 64);
                foreach (ref var domain in values.Domains.AsSpan())
                    (domain.Load, domain.Imbalance) = (Math.Pow(1.7, round), -round / 3.0);
            });
            foreach (var request in requests)
                client.Value(request);
            using var another = fixture.Connect();
            another.Value(Stats);
        }
        var after = client.Value(Health).GetProperty("alloc_bytes_stats").GetInt64();
        // A collection, and other tests cause them, charges the thread with what was left of its allocation buffer.
        var charged = AllocationBuffer * (GC.CollectionCount(0) - collections);
        Assert.That(after - before, Is.LessThanOrEqualTo(charged), "bytes allocated by 1000 answers and 200 connections");
    }

    [Test]
    public void Health_tells_a_stalled_loop()
    {
        using var fixture = StatsFixture.Started();
        using var client = fixture.Connect();
        fixture.Loop.Progressed();
        var age = client.Value(Health).GetProperty("last_progress_ms").GetInt64();
        Assert.That(age, Is.InRange(0, 60_000));
    }
}
