// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime;
using Wd40.ArenaRuntime.Layout;
using Wd40.Placement;
using Wd40.Schedulers;

namespace Wd40.UnitTests.Placement;

/// <summary>8 CPUs in 2 domains; the test plays the kernel half's clock and idle words.</summary>
public sealed class TunerTests
{
    private const ulong Step = 100_000_000;
    private const int Cpus = 8;

    // Not 0: the scheduler clock does not begin when the scheduler does.
    private const ulong Begin = 7_000_000_000_000;

    private Arena _arena = null!;
    private ArenaLayout _layout = null!;
    private ulong _now;
    private readonly ulong[] _idle = new ulong[Cpus];

    private ref WdTunables Tunables => ref _arena.Ref<WdTunables>(_layout.Tunables);

    [SetUp]
    public void SetUp()
    {
        using var tree = SysfsTree.Create(Cpus, package: cpu => cpu / 4, level3: _ => 0);
        var domains = Domains.ByCache(Topology.Read(tree.Root));
        _layout = new ArenaLayout(Cpus, 2, 1, 64);
        _arena = Arena.Anonymous(_layout.Size);
        domains.WriteTo(_arena, _layout.ToStruct());
        _now = Begin;
        Array.Clear(_idle);
    }

    [TearDown]
    public void TearDown() => _arena.Dispose();

    private Tuner Create(TunerOptions? options = null)
    {
        var tuner = new Tuner(_arena, _layout.ToStruct(), options ?? new TunerOptions());
        Run(0, 0);
        tuner.Step();
        return tuner;
    }

    /// <summary>A period in which the CPUs of each domain are busy for a part of it.</summary>
    private void Run(double busy0, double busy1)
    {
        _now += Step;
        var lines = _arena.Span<WdCpu>(_layout.Cpus, Cpus);
        for (int cpu = 0; cpu < Cpus; cpu++)
        {
            _idle[cpu] += (ulong)(Step * (1 - (cpu < 4 ? busy0 : busy1)));
            lines[cpu].Idle = _idle[cpu];
            lines[cpu].Clock = _now - (ulong)cpu; // the newest counts
        }
    }

    private void Turn(Tuner tuner, double busy0, double busy1)
    {
        Run(busy0, busy1);
        tuner.Step();
    }

    [Test]
    public void Utilisation_is_what_was_not_idle()
    {
        var tuner = Create();
        Turn(tuner, 0.75, 0.25);
        Assert.Multiple(() =>
        {
            Assert.That(tuner.UtilisationOf(0), Is.EqualTo(0.75).Within(1e-6));
            Assert.That(tuner.UtilisationOf(1), Is.EqualTo(0.25).Within(1e-6));
            Assert.That(tuner.Utilisation, Is.EqualTo(0.5).Within(1e-6));
        });
    }

    [Test]
    public void A_cpu_that_is_idle_now_counts_until_now()
    {
        var tuner = Create();
        Run(1, 1);
        // Idle since 40 ms before now, after the idle time that it had: the word is start - idle before.
        _arena.Span<WdCpu>(_layout.Cpus, Cpus)[0].Idle = (_now - 40_000_000 - _idle[0]) | WdConstants.CpuIdle;
        tuner.Step();
        Assert.That(tuner.UtilisationOf(0), Is.EqualTo((3 + 0.6) / 4).Within(1e-6));
    }

    [Test]
    public void An_idle_period_that_began_after_now_takes_nothing_back()
    {
        var tuner = Create();
        Run(1, 1);
        _arena.Span<WdCpu>(_layout.Cpus, Cpus)[0].Idle = (_now + 1000 - _idle[0]) | WdConstants.CpuIdle;
        tuner.Step();
        Assert.That(tuner.UtilisationOf(0), Is.EqualTo(1).Within(1e-6));
    }

    [Test]
    public void A_step_before_attach_does_not_make_the_machine_full()
    {
        var tuner = new Tuner(_arena, _layout.ToStruct(), new TunerOptions());
        tuner.Step();
        Turn(tuner, 0, 0);
        Assert.That(tuner.IsFull, Is.False);
    }

    [Test]
    public void Busy_domains_leave_the_greedy_sets_and_come_back()
    {
        var tuner = Create(new TunerOptions { KickGreedyUnder = 99 });
        Turn(tuner, 0.96, 0.1);
        Assert.That((Tunables.DirectGreedy, Tunables.KickGreedy), Is.EqualTo((0b10ul, 0b11ul)));
        Turn(tuner, 1, 0.1);
        Assert.That((Tunables.DirectGreedy, Tunables.KickGreedy), Is.EqualTo((0b10ul, 0b10ul)));
        Turn(tuner, 0.5, 0.1);
        Assert.That((Tunables.DirectGreedy, Tunables.KickGreedy), Is.EqualTo((0b11ul, 0b11ul)));
    }

    [Test]
    public void Limits_of_0_and_100_percent_are_never_and_always()
    {
        var tuner = Create(new TunerOptions { DirectGreedyUnder = 0, KickGreedyUnder = 99.999 });
        Turn(tuner, 0, 1);
        Assert.That((Tunables.DirectGreedy, Tunables.KickGreedy), Is.EqualTo((0ul, 0b11ul)));
    }

    [Test]
    public void The_machine_is_full_after_300_ms_above_97_percent()
    {
        var tuner = Create();
        Turn(tuner, 1, 1);
        Turn(tuner, 1, 1);
        Assert.That(Tunables.Full, Is.EqualTo(0));
        Turn(tuner, 1, 1);
        Assert.Multiple(() =>
        {
            Assert.That(Tunables.Full, Is.EqualTo(1));
            Assert.That(_arena.Span<WdDomain>(_layout.Domains, 2)[1].Slice, Is.EqualTo(1_000_000));
        });
    }

    [Test]
    public void Between_95_and_99_percent_nothing_flips()
    {
        var tuner = Create();
        for (int i = 0; i < 20; i++)
            Turn(tuner, i % 2 == 0 ? 0.95 : 0.99, i % 2 == 0 ? 0.95 : 0.99);
        Assert.That(tuner.IsFull, Is.False, "never above for long enough");
        for (int i = 0; i < 3; i++)
            Turn(tuner, 1, 1);
        for (int i = 0; i < 20; i++)
        {
            Turn(tuner, i % 2 == 0 ? 0.95 : 0.99, i % 2 == 0 ? 0.95 : 0.99);
            Assert.That(tuner.IsFull, Is.True, "never below the lower limit");
        }
        for (int i = 0; i < 3; i++)
            Turn(tuner, 0.8, 0.8);
        Assert.That(tuner.IsFull, Is.False);
    }

    [Test]
    public void Every_word_is_rewritten_at_every_step()
    {
        var tuner = Create();
        Turn(tuner, 0.5, 0.5);
        Tunables = new WdTunables { DirectGreedy = 7, KickGreedy = 7, SliceMin = 7, SliceMax = 7, Full = 7 };
        tuner.Step(); // also while the clock stands still
        Assert.That((Tunables.DirectGreedy, Tunables.KickGreedy, Tunables.SliceMin, Tunables.SliceMax, Tunables.Full),
            Is.EqualTo((3ul, 3ul, 1_000_000ul, 20_000_000ul, 0ul)));
    }

    [Test]
    public void A_step_over_1024_cpus_in_64_domains_allocates_nothing()
    {
        var layout = new ArenaLayout(1024, 64, 1, 64);
        using var arena = Arena.Anonymous(layout.Size);
        using var tree = SysfsTree.Create(1024, level3: cpu => cpu / 16);
        Domains.ByCache(Topology.Read(tree.Root)).WriteTo(arena, layout.ToStruct());
        var tuner = new Tuner(arena, layout.ToStruct(), new TunerOptions());
        arena.Span<WdCpu>(layout.Cpus, 1024)[0].Clock = Begin;
        tuner.Step();
        arena.Span<WdCpu>(layout.Cpus, 1024)[0].Clock = Begin + Step;
        tuner.Step();
        long before = GC.GetAllocatedBytesForCurrentThread();
        arena.Span<WdCpu>(layout.Cpus, 1024)[0].Clock = Begin + 2 * Step;
        tuner.Step();
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
        Assert.That(tuner.Utilisation, Is.EqualTo(1).Within(1e-9), "no idle time was published");
    }
}
