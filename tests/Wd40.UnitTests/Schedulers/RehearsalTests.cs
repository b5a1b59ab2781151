// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime;
using Wd40.LoadBalance;
using Wd40.Placement;
using Wd40.Schedulers;

namespace Wd40.UnitTests.Schedulers;

[TestFixture]
public sealed class RehearsalTests
{
    [Test]
    public void A_rehearsal_has_moves_unless_the_balancer_is_off([Values] bool balances, [Values("rusty", "level")] string module)
    {
        var makePlanner = ModuleRegistry.Find(ModuleSlot.LoadBalance, module).MakePlanner!;
        var asked = Rehearsal.Run(new TunerOptions(), new BalancerOptions { Enabled = balances, MakePlanner = makePlanner });
        Assert.That(asked, balances ? Is.GreaterThan(10) : Is.Zero);
    }

    [Test]
    public void Without_a_balancer_only_the_tuner_is_rehearsed() => Assert.That(Rehearsal.Run(new TunerOptions(), null), Is.Zero);
}
