// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime;
using Wd40.Policies;
using Wd40.Policies.Offline;

namespace Wd40.UnitTests.Policies;

/// <summary>Policies by name, and their options.</summary>
[TestFixture]
internal sealed class PolicyRegistryTests
{
    [Test]
    public void UnknownPolicy_IsRefused_WithTheNamesThereAre()
    {
        var refused = Assert.Throws<SchedulerException>(() => new PolicyRegistry().Find("lottery"));
        Assert.That(refused!.ExitCode, Is.EqualTo(ExitCode.Usage));
        Assert.That(refused.Message, Is.EqualTo("there is no policy lottery"));
        Assert.That(refused.Remedy, Does.Contain("deadline, interactive"));
    }

    [Test]
    public void ValueOutsideItsRange_IsRefused_WithValueAndRange()
    {
        foreach (var policy in new PolicyRegistry().All)
        {
            foreach (var option in policy.Options)
            {
                Create(policy, option.Name, option.Minimum);
                Create(policy, option.Name, option.Maximum);
                var refused = Assert.Throws<SchedulerException>(() => Create(policy, option.Name, option.Maximum + 1));
                Assert.That(refused!.Message, Does.Contain($"--{option.Name} {option.Maximum + 1}").And.Contain($"{option.Minimum} to {option.Maximum}"));
                if (option.Minimum > 0)
                    Assert.Throws<SchedulerException>(() => Create(policy, option.Name, option.Minimum - 1));
            }
        }
    }

    [Test]
    public void OptionOfAnotherPolicy_IsRefused()
    {
        var refused = Assert.Throws<SchedulerException>(() => Create(new PolicyRegistry().Find("deadline"), "slice-boost", 5));
        Assert.That(refused!.Message, Is.EqualTo("policy deadline has no option --slice-boost"));
        Assert.That(refused.Remedy, Does.Contain("--slice-us"));
    }

    [Test]
    public void AddedPolicy_IsFound_AndItsNameIsTaken()
    {
        var registry = new PolicyRegistry();
        var mine = KnownPolicy.Of<DeadlinePolicy, DeadlinePolicy.State>("mine", "", DeadlinePolicy.Options, options => new DeadlinePolicy(options));
        registry.Add(mine);
        Assert.That(registry.Find("mine"), Is.SameAs(mine));
        Assert.Throws<ArgumentException>(() => registry.Add(mine));
    }

    [Test]
    public void StateLargerThanTheScratchSpace_IsRefused()
    {
        UInt128 space = 0;
        var refused = Assert.Throws<ArgumentException>(() => Scratch.As<UInt128, (UInt128, ulong)>(ref space));
        Assert.That(refused!.Message, Does.Contain("there are 16"));
        Scratch.As<UInt128, ulong>(ref space) = 5;
        Assert.That(space, Is.EqualTo((UInt128)5));
    }

    private static void Create(KnownPolicy policy, string option, ulong value) =>
        policy.Create<OfflinePort>(new Dictionary<string, ulong> { [option] = value }, 16);
}
