// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime;
using Wd40.ArenaRuntime.Layout;

namespace Wd40.Placement;

/// <summary>
/// The user half of placement: reads from the arena how busy each CPU was, and writes the kernel half's tunables: which domains accept
/// tasks of others, the bounds of the slices, and whether the machine is fully utilised.
/// <para>
/// Time and idle time are what the kernel half publishes, so a step reads no file and makes no system call; it allocates nothing. Each word
/// is written at every step, also when it does not change. Not thread-safe: one thread steps.
/// </para>
/// </summary>
public sealed class Tuner
{
    private readonly Arena _arena;
    private readonly WdLayout _layout;
    private readonly byte[] _domainOf;
    private readonly int[] _cpusOf;
    private readonly ulong[] _idleBefore;
    private readonly double[] _utilisation;
    private ulong _before, _beyondLimit;

    /// <summary>Allocates all that steps will need; the arena's domains must have been written.</summary>
    /// <param name="arena">The arena; it must outlive the tuner.</param>
    /// <param name="layout">Where its parts are.</param>
    /// <param name="options">What to steer by.</param>
    public Tuner(Arena arena, WdLayout layout, TunerOptions options)
    {
        ArgumentNullException.ThrowIfNull(arena);
        ArgumentNullException.ThrowIfNull(options);
        _arena = arena;
        _layout = layout;
        Options = options;
        _domainOf = new byte[layout.NrCpuIds];
        _domainOf.AsSpan().Fill((byte)WdConstants.NoDomain);
        _cpusOf = new int[layout.NrDomains];
        _utilisation = new double[layout.NrDomains];
        _idleBefore = new ulong[layout.NrCpuIds];
        var domains = arena.Span<WdDomain>(layout.Domains, layout.NrDomains);
        for (int domain = 0; domain < _cpusOf.Length; domain++)
        {
            var cpus = CpuMask.FromWords(domains[domain].Cpus);
            for (int cpu = cpus.First; cpu >= 0 && cpu < _domainOf.Length; cpu = cpus.Next(cpu + 1))
            {
                _domainOf[cpu] = (byte)domain;
                _cpusOf[domain]++;
            }
        }
        _before = Clock();
        ReadIdle(_before);
    }

    /// <summary>What to steer by; a new value holds from the next step on. Set it on the stepping thread.</summary>
    public TunerOptions Options { get; set; }

    /// <summary>True while the machine counts as fully utilised.</summary>
    public bool IsFull { get; private set; }

    /// <summary>Utilisation of the machine in the last period, 0..1.</summary>
    public double Utilisation { get; private set; }

    /// <summary>Utilisation of a domain in the last period, 0..1.</summary>
    public double UtilisationOf(int domain) => _utilisation[domain];

    /// <summary>One step: measures the period since the last one, and writes all tunables.</summary>
    public void Step()
    {
        ulong now = Clock();
        if (_before == 0)
            ReadIdle(now); // not attached before: the kernel half's clock did not begin at 0
        else if (now > _before)
            Measure(now, now - _before);
        // Else the clock stands still: no CPU did anything that the kernel half saw, so the last figures hold.
        _before = Math.Max(_before, now);
        Publish();
    }

    private ulong Clock()
    {
        ulong now = 0;
        foreach (ref WdCpu cpu in _arena.Span<WdCpu>(_layout.Cpus, _layout.NrCpuIds))
            now = Math.Max(now, Volatile.Read(ref cpu.Clock));
        return now;
    }

    private void Measure(ulong now, ulong period)
    {
        var utilisation = _utilisation.AsSpan();
        utilisation.Clear();
        double machine = 0;
        int cpus = 0;
        var lines = _arena.Span<WdCpu>(_layout.Cpus, _layout.NrCpuIds);
        for (int cpu = 0; cpu < _domainOf.Length; cpu++)
        {
            int domain = _domainOf[cpu];
            if (domain >= utilisation.Length)
                continue;
            ulong idle = IdleTime(Volatile.Read(ref lines[cpu].Idle), now);
            // An idle period that began after `now` was read makes the sum seem to fall; it never does.
            ulong idled = idle > _idleBefore[cpu] ? Math.Min(idle - _idleBefore[cpu], period) : 0;
            _idleBefore[cpu] += idled;
            double busy = (period - idled) / (double)period;
            utilisation[domain] += busy;
            machine += busy;
            cpus++;
        }
        for (int domain = 0; domain < utilisation.Length; domain++)
            utilisation[domain] /= Math.Max(_cpusOf[domain], 1);
        Utilisation = machine / Math.Max(cpus, 1);
        bool beyond = IsFull ? Utilisation < Options.NotFullBelow : Utilisation > Options.FullAbove;
        _beyondLimit = beyond ? _beyondLimit + period : 0;
        if (_beyondLimit >= Options.HoldTime)
        {
            IsFull = !IsFull;
            _beyondLimit = 0;
        }
    }

    private void Publish()
    {
        ref WdTunables tunables = ref _arena.Ref<WdTunables>(_layout.Tunables);
        Volatile.Write(ref tunables.DirectGreedy, Under(Options.DirectGreedyUnder));
        Volatile.Write(ref tunables.KickGreedy, Under(Options.KickGreedyUnder));
        Volatile.Write(ref tunables.SliceMin, Options.SliceMin);
        Volatile.Write(ref tunables.SliceMax, Options.SliceMax);
        Volatile.Write(ref tunables.Full, IsFull ? 1ul : 0);
        ulong slice = IsFull ? Options.SliceMin : Options.SliceMax;
        foreach (ref WdDomain domain in _arena.Span<WdDomain>(_layout.Domains, _layout.NrDomains))
            Volatile.Write(ref domain.Slice, slice);
    }

    /// <summary>Set of the domains that are less utilised than a limit in percent.</summary>
    private ulong Under(double percent)
    {
        ulong set = 0;
        for (int domain = 0; domain < _utilisation.Length; domain++)
        {
            if (percent >= TunerOptions.Always || _utilisation[domain] * 100 < percent)
                set |= 1ul << domain;
        }
        return set;
    }

    private void ReadIdle(ulong now)
    {
        var lines = _arena.Span<WdCpu>(_layout.Cpus, _layout.NrCpuIds);
        for (int cpu = 0; cpu < _idleBefore.Length; cpu++)
            _idleBefore[cpu] = IdleTime(Volatile.Read(ref lines[cpu].Idle), now);
    }

    /// <summary>How long a CPU was idle until now, see wd_cpu in arena-bpf/include/wd40/arena.h.</summary>
    private static ulong IdleTime(ulong word, ulong now) =>
        (word & WdConstants.CpuIdle) == 0 ? word : (now - (word & ~WdConstants.CpuIdle)) & ~WdConstants.CpuIdle;
}
