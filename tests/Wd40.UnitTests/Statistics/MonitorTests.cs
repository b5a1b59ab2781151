// SPDX-License-Identifier: GPL-2.0-only
using System.Text.Json;
using Wd40.ArenaRuntime;
using Wd40.Tool.Statistics;

namespace Wd40.UnitTests.Statistics;

/// <summary>The monitor: waiting, restarts, output, ends.</summary>
internal sealed class MonitorTests
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    [TestCase(0.05, true)]
    [TestCase(2, true)]
    [TestCase(0.049, false)]
    [TestCase(0, false)]
    [TestCase(-1, false)]
    [TestCase(double.NaN, false)]
    [TestCase(double.PositiveInfinity, false)]
    public void Intervals_are_checked(double seconds, bool valid) =>
        Assert.That(MonitorClient.CheckInterval(seconds), valid ? Is.Null : Does.Contain("at least 0.05"));

    [Test]
    public async Task A_wrong_interval_is_a_usage_error()
    {
        using var log = new StringWriter();
        var status = await MonitorClient.RunAsync(new MonitorOptions(double.NaN, "/nowhere"), TextWriter.Null, log, CancellationToken.None);
        Assert.That(status, Is.EqualTo(ExitCode.Usage));
        Assert.That(log.ToString(), Does.StartWith("error: the interval must be"));
    }

    [Test]
    public async Task Waits_for_the_server_and_survives_its_restart()
    {
        using var fixture = new StatsFixture();
        using var end = new CancellationTokenSource();
        using var output = new LineSink();
        using var log = new StringWriter();
        var options = new MonitorOptions(0.05, fixture.SocketPath) { Json = true };
        var monitor = MonitorClient.RunAsync(options, output, TextWriter.Synchronized(log), end.Token);
        fixture.Start();
        await output.NextAsync(_patience);
        fixture.Stop();
        fixture.Source.Change(values => values.SliceUs = 4711);
        fixture.Start();
        while (true)
        {
            var line = await output.NextAsync(_patience);
            if (JsonDocument.Parse(line).RootElement.GetProperty("slice_us").GetUInt64() == 4711)
                break;
        }
        await end.CancelAsync();
        Assert.That(await monitor, Is.EqualTo(ExitCode.Clean));
        Assert.That(log.ToString(), Does.Contain("connecting again"));
    }

    [Test]
    public async Task Text_is_printed_each_interval()
    {
        using var fixture = StatsFixture.Started();
        using var end = new CancellationTokenSource();
        using var output = new LineSink();
        var monitor = MonitorClient.RunAsync(new MonitorOptions(0.05, fixture.SocketPath), output, TextWriter.Null, end.Token);
        Assert.That(await output.NextAsync(_patience), Does.StartWith("###### "));
        Assert.That(await output.NextAsync(_patience), Does.StartWith("###### "));
        await end.CancelAsync();
        Assert.That(await monitor, Is.EqualTo(ExitCode.Clean));
    }

    [Test]
    public async Task A_socket_that_can_never_be_reached_ends_the_monitor()
    {
        using var log = new StringWriter();
        var status = await MonitorClient.RunAsync(new MonitorOptions(1, "/dev/null/stats"), TextWriter.Null, log, CancellationToken.None);
        Assert.That(status, Is.EqualTo(ExitCode.Failure));
        Assert.That(log.ToString(), Does.StartWith("error: cannot connect to /dev/null/stats: "));
    }

    [Test]
    public async Task A_closed_output_ends_the_monitor()
    {
        using var fixture = StatsFixture.Started();
        using var output = new BrokenSink();
        Assert.That(
            await MonitorClient.RunAsync(
                new MonitorOptions(0.05, fixture.SocketPath) { Json = true }, output, TextWriter.Null, CancellationToken.None),
            Is.EqualTo(ExitCode.Clean));
    }

    [Test]
    public async Task OpenMetrics_goes_to_a_file_that_is_replaced_as_a_whole()
    {
        using var fixture = StatsFixture.Started();
        using var end = new CancellationTokenSource();
        var directory = Directory.CreateTempSubdirectory("wd40-openmetrics-");
        try
        {
            var file = Path.Combine(directory.FullName, "wd40.prom");
            var monitor = MonitorClient.RunAsync(new MonitorOptions(0.05, fixture.SocketPath) { OpenMetricsPath = file },
                TextWriter.Null, TextWriter.Null, end.Token);
            fixture.Source.Change(values => values.SliceUs = 4711);
            while (!File.Exists(file) || !File.ReadAllText(file).Contains("slice_us 4711\n", StringComparison.Ordinal))
                Assert.That(await Task.WhenAny(monitor, Task.Delay(10)), Is.Not.SameAs(monitor), "the monitor ended");
            Assert.That(File.ReadAllText(file), Does.EndWith("# EOF\n"));
            await end.CancelAsync();
            Assert.That(await monitor, Is.EqualTo(ExitCode.Clean));
            Assert.That(directory.GetFiles().Select(found => found.Name), Is.EqualTo(new[] { "wd40.prom" }), "no temporary file is left");
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Test]
    public async Task A_file_that_cannot_be_written_ends_the_monitor_with_a_remedy()
    {
        using var fixture = StatsFixture.Started();
        using var log = new StringWriter();
        var status = await MonitorClient.RunAsync(new MonitorOptions(0.05, fixture.SocketPath) { OpenMetricsPath = "/dev/null/wd40.prom" },
            TextWriter.Null, log, CancellationToken.None);
        Assert.That(status, Is.EqualTo(ExitCode.Failure));
        Assert.That(log.ToString(), Does.StartWith("error: cannot write /dev/null/wd40.prom: ").And.Contain("give --openmetrics a file"));
    }

    [Test]
    public async Task Statistics_of_another_scheduler_are_named_as_such()
    {
        using var fixture = StatsFixture.Started();
        using var client = await StatsClient.ConnectAsync(fixture.SocketPath, CancellationToken.None);
        var refused = await Assert.ThrowsAsync<StatsRefusedException>(() => client.RequestAsync("""{"req":"hello"}""", CancellationToken.None));
        Assert.That(refused!.Message, Does.StartWith("errno 22: Invalid argument"));
        var version = await client.RequestAsync("""{"req":"version"}""", CancellationToken.None);
        Assert.That(() => StatsText.Render(version), Throws.InstanceOf<KeyNotFoundException>());
    }

    /// <summary>Collects what is written, one text per write.</summary>
    private sealed class LineSink : StringWriter
    {
        private readonly System.Threading.Channels.Channel<string> _texts = System.Threading.Channels.Channel.CreateUnbounded<string>();

        public override Task WriteAsync(string? value)
        {
            _texts.Writer.TryWrite(value ?? "");
            return Task.CompletedTask;
        }

        internal async Task<string> NextAsync(TimeSpan patience) => await _texts.Reader.ReadAsync().AsTask().WaitAsync(patience);
    }

    /// <summary>A pipe that nobody reads.</summary>
    private sealed class BrokenSink : StringWriter
    {
        public override Task WriteAsync(string? value) => throw new IOException("Broken pipe");
    }
}
