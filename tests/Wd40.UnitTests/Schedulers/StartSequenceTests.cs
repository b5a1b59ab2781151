// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime;
using Wd40.Schedulers;

namespace Wd40.UnitTests.Schedulers;

[TestFixture]
public sealed class StartSequenceTests
{
    private StringWriter _text = null!;

    [SetUp]
    public void SetUp() => _text = new StringWriter();

    [TearDown]
    public void TearDown() => _text.Dispose();

    [Test]
    public void A_failure_names_the_step_and_keeps_code_and_remedy()
    {
        var failure = Assert.Throws<SchedulerException>(() => Sequence(0).Do("link", ExitCode.LayoutMismatch,
            () => throw new SchedulerException(ExitCode.UnfitMachine, "libbpf is too old", "Install 1.4.6.")));
        Assert.Multiple(() =>
        {
            Assert.That(failure.Message, Is.EqualTo("cannot start wd40: step 'link': libbpf is too old"));
            Assert.That(failure.ExitCode, Is.EqualTo(ExitCode.UnfitMachine));
            Assert.That(failure.Remedy, Is.EqualTo("Install 1.4.6."));
        });
    }

    [Test]
    public void A_failure_without_a_cause_of_its_own_gets_that_of_the_step()
    {
        var failure = Assert.Throws<SchedulerException>(() => Sequence(0).Do("attach", ExitCode.AttachRefused,
            () => throw new SchedulerException(ExitCode.Failure, "no", "Look.")));
        Assert.That(failure.ExitCode, Is.EqualTo(ExitCode.AttachRefused));
    }

    [Test]
    public void A_failure_of_the_runtime_becomes_one_of_the_step()
    {
        var failure = Assert.Throws<SchedulerException>(() => Sequence(0).Do<int>("topology", ExitCode.UnfitMachine,
            () => throw new DirectoryNotFoundException("/sys is empty")));
        Assert.Multiple(() =>
        {
            Assert.That(failure.Message, Does.Contain("'topology'").And.Contain("/sys is empty"));
            Assert.That(failure.ExitCode, Is.EqualTo(ExitCode.UnfitMachine));
        });
    }

    [Test]
    public void Steps_are_recorded_in_order_and_printed_on_request()
    {
        var sequence = Sequence(1);
        sequence.Do("link", ExitCode.Failure, () => { });
        Assert.Multiple(() =>
        {
            Assert.That(sequence.Do("load", ExitCode.Failure, () => 7), Is.EqualTo(7));
            Assert.That(sequence.Done.Select(done => done.Step), Is.EqualTo(new[] { "link", "load" }));
            Assert.That(_text.ToString(), Does.Match("wd40: link: [0-9.]+ ms"));
        });
    }

    private StartSequence Sequence(int verbosity) => new("wd40", new SchedulerLog(_text, "wd40", verbosity));
}
