// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime;
using Wd40.Schedulers;

namespace Wd40.UnitTests.Schedulers;

/// <summary>The user-space core and policies: what goes together, and what is said of the rest.</summary>
[TestFixture]
internal sealed class UserSpaceBuilderTests
{
    [TestCase("deadline"), TestCase("interactive")]
    public void The_core_and_a_policy_make_a_scheduler(string policy)
    {
        var scheduler = SchedulerBuilder.Named("mine").Core("user-space").Policy(policy).Build();
        Assert.Multiple(() =>
        {
            Assert.That(scheduler.Policy!.Name, Is.EqualTo(policy));
            Assert.That(scheduler.Modules.Select(module => module.ToString()), Is.EqualTo(new[] { "core user-space" }));
            Assert.That(scheduler.Compose().Objects, Has.Count.EqualTo(2), "the core and the library");
            Assert.That(scheduler.HasBalancer, Is.False);
        });
    }

    [Test]
    public void Rustland_is_the_core_and_the_policy_deadline()
    {
        var scheduler = RustlandScheduler.Define(new Wd40Options());
        Assert.Multiple(() =>
        {
            Assert.That(scheduler.Policy!.Name, Is.EqualTo("deadline"));
            Assert.That(scheduler.Ops, Does.Match(@"^rustland_[0-9]+\.[0-9]+\.[0-9]+_x86_64_unknown_linux_gnu$"));
        });
    }

    [Test]
    public void The_core_without_a_policy_is_refused_with_those_there_are() =>
        RequireRefusal(() => SchedulerBuilder.Named("mine").Core("user-space").Build(), "core user-space of mine needs a policy", "deadline, interactive");

    [Test]
    public void Another_core_with_a_policy_is_refused() =>
        RequireRefusal(() => SchedulerBuilder.Named("mine").Core("hybrid").Policy("deadline").Build(), "core hybrid of mine decides itself", "user-space");

    [TestCase("placement"), TestCase("deadline"), TestCase("loadbalance")]
    public void A_module_that_the_core_would_not_ask_is_refused(string slot)
    {
        var builder = SchedulerBuilder.Named("mine").Core("user-space").Policy("deadline");
        _ = slot switch
        {
            "placement" => builder.Placement("llc"),
            "deadline" => builder.Deadline("vtime"),
            _ => builder.LoadBalance("none"),
        };
        RequireRefusal(() => builder.Build(), $"leaves all to its policy and has no slot {slot}", $"Leave {slot} out");
    }

    [Test]
    public void An_unknown_policy_is_refused_with_those_there_are() =>
        RequireRefusal(() => SchedulerBuilder.Named("mine").Core("user-space").Policy("lottery"), "lottery", "deadline");

    private static void RequireRefusal(Func<object> build, string message, string remedy)
    {
        var failure = Assert.Throws<SchedulerException>(() => build())!;
        Assert.Multiple(() =>
        {
            Assert.That(failure.ExitCode, Is.EqualTo(ExitCode.Usage));
            Assert.That(failure.Message, Does.Contain(message));
            Assert.That(failure.Remedy, Does.Contain(remedy));
        });
    }
}
