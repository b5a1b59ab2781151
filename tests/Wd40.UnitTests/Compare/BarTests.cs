// SPDX-License-Identifier: GPL-2.0-only
using Wd40.Vm.Compare;

namespace Wd40.UnitTests.Compare;

public sealed class BarTests
{
    [TestCase("timer.p99=0.75", 0.75, true)]
    [TestCase("timer.p99=4000000abs", 4e6, false)]
    [TestCase("idle.idle_share=0.005", 0.005, false)]
    public void A_bar_is_a_ratio_unless_the_figure_or_the_text_says_otherwise(string text, double limit, bool ratio)
    {
        var bar = Bar.Parse(text);
        Assert.That((bar.Limit, bar.IsRatio), Is.EqualTo((limit, ratio)));
    }

    [TestCase("timer", "SCENARIO.FIGURE=LIMIT")]
    [TestCase("timer.p99", "SCENARIO.FIGURE=LIMIT")]
    [TestCase("timers.p99=1", "no scenario 'timers'")]
    [TestCase("timer.p95=1", "no figure 'p95'")]
    [TestCase("timer.p99=fast", "'fast' is no limit")]
    [TestCase("timer.p99=-1", "'-1' is no limit")]
    [TestCase("timer.p99=NaN", "'NaN' is no limit")]
    public void What_is_no_bar_is_refused_with_a_reason(string text, string reason) =>
        Assert.That(() => Bar.Parse(text), Throws.TypeOf<FormatException>().With.Message.Contains(reason));

    [TestCase("--bar", "timer.p95=1")]
    [TestCase("--scenarios", "timers")]
    [TestCase("--rounds", "0")]
    [TestCase("--topology", "1,2")]
    [TestCase("--peer", "rusty")]
    public void The_command_refuses_wrong_values(params string[] arguments) =>
        Assert.That(CompareCommand.Create().Parse(arguments).Errors, Is.Not.Empty);

    [TestCase("wd40=wd40 run wd40", "wd40=/opt/wd40/before/wd40 run wd40")]
    [TestCase("lavd=scx_lavd", "lavd=scx_lavd --performance")]
    [TestCase("default=scx_lavd")]
    public void Two_schedulers_of_one_name_are_refused_with_a_way_to_tell_them_apart(params string[] candidates) =>
        Assert.That(() => Candidate.RequireDistinct(candidates.Select(Candidate.Parse)), Throws.TypeOf<FormatException>().With.Message.Contains("write LABEL:"));

    [TestCase(":wd40=x"), TestCase("before:=x"), TestCase("a:b:c=x"), TestCase("=x"), TestCase("wd40=")]
    public void What_is_no_scheduler_is_refused(string text) => Assert.That(() => Candidate.Parse(text), Throws.TypeOf<FormatException>());

    [Test]
    public void A_label_tells_two_builds_of_a_scheduler_apart()
    {
        string[] line = ["--peer", "before:wd40=/opt/wd40/before/wd40 run wd40 --x=1"];
        var parsed = CompareCommand.Create().Parse(line);
        Assert.That(parsed.Errors, Is.Empty);
        Assert.That(parsed.GetValue<Candidate[]>("--peer"), Is.EqualTo(new[] { new Candidate("before", "/opt/wd40/before/wd40 run wd40 --x=1", "wd40") }));
    }

    [Test]
    public void The_command_takes_bars_and_peers_repeatedly()
    {
        string[] line =
        [
            "--bar", "timer.p99=0.75", "--bar", "idle.idle_share=0.005", "--peer", "rusty=scx_rusty --x=1", "--peer", "lavd=scx_lavd",
            "--scenarios", "timer", "idle", "--rounds", "3", "--topology", "1,2,2", "--ours", "wd40 run wd40 -g 0 --x=y", "--no-parallel", "--json",
        ];
        var parsed = CompareCommand.Create().Parse(line);
        Assert.That(parsed.Errors, Is.Empty);
        Assert.That(parsed.GetValue<Candidate[]>("--peer"), Is.EqualTo(new[] { new Candidate("rusty", "scx_rusty --x=1"), new Candidate("lavd", "scx_lavd") }));
        Assert.That(parsed.GetValue<Bar[]>("--bar"), Has.Length.EqualTo(2));
        Assert.That(parsed.GetValue<Candidate>("--ours"), Is.EqualTo(new Candidate("wd40", "wd40 run wd40 -g 0 --x=y")));
    }
}
