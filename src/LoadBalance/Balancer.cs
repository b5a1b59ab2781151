// SPDX-License-Identifier: GPL-2.0-only
using System.Runtime.CompilerServices;
using Wd40.ArenaRuntime;
using Wd40.ArenaRuntime.Layout;

namespace Wd40.LoadBalance;

/// <summary>
/// The user half of load balance: reads the task records of an arena, plans moves and asks the kernel half for them.
/// <para>
/// A domain's load is the sum of weight x duty cycle of its tasks, weights counting only while the machine is fully utilised and clamped to
/// what is feasible; otherwise each task counts 100 x duty. Time is the newest clock that the kernel half has published.
/// </para>
/// <para>A step allocates nothing. Not thread-safe: one thread steps.</para>
/// </summary>
public sealed class Balancer
{
    /// <summary>Load units of the planner per unit of weight.</summary>
    private const uint LoadPerWeight = 1024;

    /// <summary>From the planner's units to those of wd_domain: 100 x 2^20 for an always-runnable nice-0 task.</summary>
    private const int PublishShift = 10;

    /// <summary>A task that was moved in one of this many rounds moves again only on the planner's terms.</summary>
    private const uint CoolDownRounds = 2;

    /// <summary>A surplus of less than this part of a CPU is not worth a move.</summary>
    private const double NegligibleCpu = 0.125;

    /// <summary>Duty cycle below which a task is small.</summary>
    private const float SmallDuty = 1 / 4f;

    /// <summary>Small tasks are not moved while all of them together are at most this part of the load.</summary>
    private const double SmallPart = 1 / 16.0;

    private readonly Arena _arena;
    private readonly WdLayout _layout;
    private BalancerOptions _options;
    private readonly RoundPlanner _planner;
    private readonly OpenRequests _open;
    private readonly DutyTable _duty;
    private readonly int[] _slot;
    private readonly uint[] _load, _weight, _generation;
    private readonly float[] _taskDuty;
    private readonly byte[] _domain, _recent;
    private readonly ulong[] _allowed, _preferred;
    private readonly uint[] _movedRound, _movedGeneration;
    private readonly uint[] _capacity;
    private readonly byte[] _node;
    private readonly int _cpus;
    private BalanceCounts _counts;
    private uint _round = CoolDownRounds + 1;

    /// <summary>Allocates all that steps will need; header, domains and CPU lines must have been written.</summary>
    /// <param name="arena">The arena; it must outlive the balancer.</param>
    /// <param name="layout">Where its parts are.</param>
    /// <param name="options">How to work.</param>
    public Balancer(Arena arena, WdLayout layout, BalancerOptions options)
    {
        ArgumentNullException.ThrowIfNull(arena);
        ArgumentNullException.ThrowIfNull(options);
        _arena = arena;
        _layout = layout;
        _options = options;
        int tasks = (int)layout.MaxTasks;
        _planner = options.MakePlanner(tasks - 1, options.Thresholds);
        _open = new OpenRequests(arena, layout);
        _duty = new DutyTable((int)layout.NrDomains);
        _slot = new int[tasks];
        _load = new uint[tasks];
        _weight = new uint[tasks];
        _generation = new uint[tasks];
        _taskDuty = new float[tasks];
        _domain = new byte[tasks];
        _recent = new byte[tasks];
        _allowed = new ulong[tasks];
        _preferred = new ulong[tasks];
        _movedRound = new uint[tasks];
        _movedGeneration = new uint[tasks];
        _capacity = new uint[layout.NrDomains];
        _node = new byte[layout.NrDomains];
        var domains = arena.Span<WdDomain>(layout.Domains, layout.NrDomains);
        for (int i = 0; i < (int)layout.NrDomains; i++)
        {
            _capacity[i] = (uint)Math.Clamp(domains[i].Capacity, 1, uint.MaxValue / 2);
            _node[i] = (byte)Math.Min(domains[i].Node, layout.NrNodes - 1);
            _cpus += (int)domains[i].NrCpus;
        }
    }

    /// <summary>How to work; a new value holds from the next step on. Set it on the stepping thread.</summary>
    public BalancerOptions Options
    {
        get => _options;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            _options = value;
            _planner.Thresholds = value.Thresholds;
        }
    }

    /// <summary>What became of the requests so far.</summary>
    public BalanceCounts Counts => _counts;

    /// <summary>The weight to which the last step clamped, or infinity.</summary>
    public double Lambda { get; private set; } = double.PositiveInfinity;

    /// <summary>One balance step: reads answers and loads, plans, asks, publishes the domains' figures.</summary>
    /// <param name="fullyUtilised">The tuner's word: only then do weights count.</param>
    /// <returns>Moves asked for in this step.</returns>
    public int Step(bool fullyUtilised)
    {
        _open.Follow(ref _counts, _options.Answered);
        int tasks = Collect(Clock(), out bool anyPrefers);
        long perCpu = SetLoads(tasks, fullyUtilised);
        LeaveSmall(tasks);
        var round = new BalanceRound
        {
            Load = _load.AsSpan(0, tasks),
            Domain = _domain.AsSpan(0, tasks),
            Allowed = _allowed.AsSpan(0, tasks),
            Recent = _recent.AsSpan(0, tasks),
            Preferred = anyPrefers ? _preferred.AsSpan(0, tasks) : default,
            Full = fullyUtilised,
            Capacity = _capacity,
            Node = _node,
            Nodes = (int)_layout.NrNodes,
            Negligible = (long)(NegligibleCpu * perCpu),
        };
        int asked = 0;
        if (_options.Enabled)
        {
            foreach (var transfer in _planner.Plan(round))
            {
                int slot = _slot[transfer.Task];
                _open.Ask(slot, _generation[transfer.Task], transfer.To, ref _counts);
                _movedRound[slot] = _round;
                _movedGeneration[slot] = _generation[transfer.Task];
                asked++;
            }
        }
        else
        {
            _planner.Measure(round);
        }
        _counts.Requested += (ulong)asked;
        _counts.Pending = (ulong)_open.Count;
        Publish();
        _round++;
        return asked;
    }

    private ulong Clock()
    {
        ulong now = 0;
        foreach (ref WdCpu cpu in _arena.Span<WdCpu>(_layout.Cpus, _layout.NrCpuIds))
            now = Math.Max(now, Volatile.Read(ref cpu.Clock));
        return now;
    }

    /// <summary>Fills the columns with all live tasks that have any duty.</summary>
    // Compiled at start, not ahead: it goes over all tasks, see Wd40.Tool.csproj.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Collect(ulong now, out bool anyPrefers)
    {
        _duty.Clear();
        ulong preferred = 0;
        int n = 0;
        var briefs = _arena.Span<ulong>(_layout.Briefs, _layout.MaxTasks).AsSpan();
        var requests = _arena.Span<WdRequest>(_layout.Requests, _layout.MaxTasks);
        var tasks = _arena.Span<WdTask>(_layout.Tasks, _layout.MaxTasks);
        for (int slot = 1; slot < briefs.Length; slot++)
        {
            // Most slots of an arena are free, and their words 0.
            if (briefs[slot] == 0)
            {
                int free = briefs[slot..].IndexOfAnyExcept(0ul);
                if (free < 0)
                    break;
                slot += free;
            }
            var brief = BriefWord.From(Volatile.Read(ref briefs[slot]));
            if (!brief.IsLive || brief.Domain >= _layout.NrDomains)
                continue;
            ref WdTask task = ref tasks[slot];
            ulong duty = Math.Min(RunningAverage.Read(task.Duty, now, _options.HalfLife), RunningAverage.One);
            if (duty == 0)
                continue;
            uint generation = (uint)Volatile.Read(ref task.Generation);
            _slot[n] = slot;
            _generation[n] = generation;
            _weight[n] = Math.Clamp(brief.Weight, WdConstants.WeightMin, WdConstants.WeightMax);
            _taskDuty[n] = duty / (float)RunningAverage.One;
            _domain[n] = Math.Min(_open.DomainOf(slot, brief.Domain, generation, requests), (byte)(_layout.NrDomains - 1));
            _allowed[n] = IsMovable(brief.Flags) ? task.Domains : 0;
            _preferred[n] = task.PreferredDomains;
            preferred |= task.PreferredDomains;
            _recent[n] = (byte)(_movedGeneration[slot] == generation && _round - _movedRound[slot] <= CoolDownRounds ? 1 : 0);
            _duty.Add(_domain[n], _weight[n], _taskDuty[n]);
            n++;
        }
        anyPrefers = preferred != 0;
        return n;
    }

    private bool IsMovable(WdTaskFlags flags) =>
        (flags & WdTaskFlags.Bound) == 0 && !(_options.SparesKworkers && (flags & WdTaskFlags.Kworker) != 0);

    /// <summary>Fills the loads.</summary>
    /// <returns>Load of one CPU's worth of duty at the mean weight of what runs.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private long SetLoads(int tasks, bool fullyUtilised)
    {
        double loads = 0, duties = 0;
        Lambda = fullyUtilised ? _duty.Lambda(Math.Max(_cpus, 1)) : double.PositiveInfinity;
        for (int i = 0; i < tasks; i++)
        {
            double weight = fullyUtilised ? Math.Min(_weight[i], Lambda) : WdConstants.WeightDefault;
            _load[i] = (uint)(weight * _taskDuty[i] * LoadPerWeight);
            loads += _load[i];
            duties += _taskDuty[i];
        }
        return duties > 0 ? (long)(loads / duties) : 0;
    }

    /// <summary>
    /// Kernel threads and the like, which hardly run, or not for long, stay where they are: they cannot even out what the tasks that do run
    /// leave over, and moving them costs their caches. Where small tasks are a good part of the load, they are moved like any other.
    /// </summary>
    private void LeaveSmall(int tasks)
    {
        ulong small = 0, all = 0;
        for (int i = 0; i < tasks; i++)
        {
            all += _load[i];
            small += _taskDuty[i] < SmallDuty ? _load[i] : 0;
        }
        if (small > all * SmallPart)
            return;
        for (int i = 0; i < tasks; i++)
        {
            if (_taskDuty[i] < SmallDuty)
                _allowed[i] = 0;
        }
    }

    private void Publish()
    {
        var domains = _arena.Span<WdDomain>(_layout.Domains, _layout.NrDomains);
        for (int i = 0; i < (int)_layout.NrDomains; i++)
        {
            Volatile.Write(ref domains[i].Load, (ulong)_planner.Load[i] << PublishShift);
            Volatile.Write(ref domains[i].Imbalance, _planner.Imbalance[i] << PublishShift);
            Volatile.Write(ref domains[i].Delta, _planner.Delta[i] << PublishShift);
        }
    }
}
