// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime;
using Wd40.ArenaRuntime.Layout;
using Wd40.LoadBalance;
using Wd40.Schedulers;

namespace Wd40.UnitTests.LoadBalance;

/// <summary>An arena in which the test plays the kernel half: tasks come, run, answer requests and go.</summary>
internal sealed class TaskArena : IDisposable
{
    public const ulong HalfLife = 1_000_000_000;
    private readonly ArenaLayout _layout;

    public TaskArena(int domains, int nodes = 1, uint maxTasks = 256, int cpusPerDomain = 4)
    {
        _layout = new ArenaLayout(8, (uint)domains, (uint)nodes, maxTasks);
        Arena = Arena.Anonymous(_layout.Size);
        for (int i = 0; i < domains; i++)
        {
            ref WdDomain domain = ref Domain(i);
            domain.Node = (uint)(i * nodes / domains);
            domain.NrCpus = (uint)cpusPerDomain;
            domain.Capacity = (ulong)cpusPerDomain * 1024;
        }
    }

    public Arena Arena { get; }

    public WdLayout Layout => _layout.ToStruct();

    public ulong Now { get; private set; } = 5_000_000_000_000;

    public ref WdDomain Domain(int index) => ref Arena.Span<WdDomain>(_layout.Domains, _layout.NrDomains)[index];

    public ref WdTask Task(int slot) => ref Arena.Span<WdTask>(_layout.Tasks, _layout.MaxTasks)[slot];

    public ref WdBrief Brief(int slot) => ref Arena.Span<WdBrief>(_layout.Briefs, _layout.MaxTasks)[slot];

    public ulong Request(int slot) => Arena.Span<WdRequest>(_layout.Requests, _layout.MaxTasks)[slot].Word;

    public void Start(int slot, int domain, uint weight = 100, ulong allowed = ulong.MaxValue, WdTaskFlags flags = 0)
    {
        ref WdTask task = ref Task(slot);
        task.Generation++;
        task.Weight = weight;
        task.Domain = (uint)domain;
        task.Domains = allowed;
        task.Duty = default;
        RunningAverage.Accumulate(ref task.Duty, 1, Now, HalfLife);
        Brief(slot) = new WdBrief { Weight = weight, Domain = (byte)domain, Live = 1, Flags = (ushort)flags };
    }

    public void Sleep(int slot) => RunningAverage.Accumulate(ref Task(slot).Duty, 0, Now, HalfLife);

    public void End(int slot)
    {
        Task(slot).Generation++;
        Brief(slot) = default;
    }

    public void Pass(double seconds)
    {
        Now += (ulong)(seconds * 1e9);
        Arena.Span<WdCpu>(_layout.Cpus, _layout.NrCpuIds)[0].Clock = Now;
    }

    /// <summary>Answers every new request as the core does.</summary>
    /// <returns>Moves made.</returns>
    public int Answer()
    {
        int moves = 0;
        for (int slot = 1; slot < (int)_layout.MaxTasks; slot++)
        {
            var asked = new RequestWord(Request(slot));
            ref WdTask task = ref Task(slot);
            if (Brief(slot).Live == 0 || asked.Bits == 0 || asked.Generation != (uint)task.Generation)
                continue;
            var answered = new RequestWord(task.Acknowledged);
            if (answered.Generation == asked.Generation && answered.Sequence == asked.Sequence)
                continue;
            bool may = (task.Domains >> asked.Value & 1) != 0;
            task.Acknowledged = new RequestWord(asked.Generation, asked.Sequence, (ushort)(may ? WdOutcome.Applied : WdOutcome.Refused)).Bits;
            if (!may)
                continue;
            task.Domain = asked.Value;
            Brief(slot).Domain = (byte)asked.Value;
            moves++;
        }
        return moves;
    }

    public int[] Counts()
    {
        var counts = new int[_layout.NrDomains];
        for (int slot = 1; slot < (int)_layout.MaxTasks; slot++)
        {
            if (Brief(slot).Live != 0)
                counts[Brief(slot).Domain]++;
        }
        return counts;
    }

    public void Dispose() => Arena.Dispose();
}
