// SPDX-License-Identifier: GPL-2.0-only
using System.Text;
using Wd40.LoadBalance;
using Wd40.Placement;
using Wd40.Schedulers.Live;
using Wd40.Schedulers.Statistics;
using Wd40.UnitTests.Tool;

namespace Wd40.UnitTests.Statistics;

/// <summary>Settings over the socket: the request, who may make it, and <c>wd40 tune</c>.</summary>
internal sealed class TuneTests
{
    private LiveSwitch _live = null!;

    [SetUp]
    public void Create() => _live = new LiveSwitch(new LiveSettings(new TunerOptions(), new BalancerOptions()), _ => { });

    [Test]
    public void Settings_are_shown_and_changed_over_the_socket()
    {
        using var fixture = StatsFixture.Started(change: options => options with { Live = _live });
        using var client = fixture.Connect();
        var before = client.Value("""{"req":"tune"}""");
        var after = client.Value("""{"args":{"slice-us-overutil":250,"load-balance":false},"req":"tune"}""");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(before.GetProperty("slice-us-overutil").GetInt64(), Is.EqualTo(1000));
            Assert.That(after.GetProperty("slice-us-overutil").GetInt64(), Is.EqualTo(250));
            Assert.That(after.GetProperty("load-balance").GetBoolean(), Is.False);
            Assert.That(_live.Current.Tuner.SliceMin, Is.EqualTo(250_000ul));
        }
    }

    [Test]
    public void Who_may_only_read_sees_settings_and_changes_none()
    {
        using var fixture = new StatsFixture();
        using var responder = new StatsResponder(fixture.Source, fixture.Loop, fixture.Options.Identity, _live);
        var baseline = new StatsBaseline(fixture.Source.Shape);
        string Answer(string line) => Encoding.UTF8.GetString(responder.Answer(Encoding.UTF8.GetBytes(line), baseline, mayChange: false));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Answer("""{"req":"tune","args":{}}"""), Does.StartWith("{\"errno\":0,").And.Contain("\"slice-us-overutil\":1000"));
            Assert.That(Answer("""{"req":"tune","args":{"slice-us-overutil":1}}"""), Does.StartWith("{\"errno\":1,").And.Contain("only root"));
            Assert.That(_live.Current.Tuner, Is.EqualTo(new TunerOptions()));
        }
    }

    [Test]
    public void The_command_prints_what_is_in_force()
    {
        using var fixture = StatsFixture.Started(change: options => options with { Live = _live });
        var (code, output, error) = Tune(fixture, "balance-threshold=7.5", "balanced-kworkers=true");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(code, Is.Zero, error);
            Assert.That(output, Does.Contain("balance-threshold=7.5\n").And.Contain("balanced-kworkers=true\n"));
            Assert.That(_live.Current.Balancer!.Thresholds.Domain, Is.EqualTo(0.075));
        }
    }

    [TestCase("slice-us-overutil=0", "slice-us-overutil: '0' is not valid; valid: 1 to 1000000000")]
    [TestCase("slice=5", "there is no setting 'slice'")]
    [TestCase("slice-us-overutil", "'slice-us-overutil' is no setting; valid: NAME=NUMBER")]
    [TestCase("slice-us-overutil=fast", "'slice-us-overutil=fast' is no setting; valid: NAME=NUMBER")]
    public void The_command_says_what_is_wrong(string setting, string message)
    {
        using var fixture = StatsFixture.Started(change: options => options with { Live = _live });
        var (code, _, error) = Tune(fixture, setting);
        Assert.That(code, Is.Not.Zero);
        Assert.That(error, Does.Contain(message));
        Assert.That(_live.Current.Tuner, Is.EqualTo(new TunerOptions()));
    }

    [Test]
    public void The_command_says_when_nobody_answers()
    {
        using var fixture = new StatsFixture();
        var (code, _, error) = Tune(fixture);
        Assert.That(code, Is.Not.Zero);
        Assert.That(error, Does.Contain(fixture.SocketPath).And.Contain("wd40 run"));
    }

    private static (int Code, string Output, string Error) Tune(StatsFixture fixture, params string[] settings)
    {
        using var command = new CommandLineFixture();
        return (command.Run(["tune", "--stats-path", fixture.SocketPath, .. settings]), command.Output, command.Error);
    }
}
