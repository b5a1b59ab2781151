// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.LoadBalance;

/// <summary>
/// Domains or nodes as vessels: load, capacity, and what would have to flow between two of them. All memory is allocated at construction.
/// <para>
/// With loads a, b and capacities A, B a move of x changes a^2/A + b^2/B by x (x - 2 f)(1/A + 1/B), where f, the flow, is
/// (a/A - b/B) / (1/A + 1/B): best at f, and of use up to 2 f.
/// </para>
/// </summary>
internal sealed class Vessels(int most)
{
    /// <summary>Level of a domain whose CPUs all have one always-runnable task, as long as weights do not count: 102400 for 1024.</summary>
    public const double FullLevel = 100;

    /// <summary>
    /// Largest move, in flows. At 2 the pair would be no better off and its tasks would go back and forth; an improvement by 1/8 of the move is
    /// asked for, so that the noise of running averages moves nobody.
    /// </summary>
    private const double MostFlows = 1.75;

    private readonly double[] _load = new double[most], _capacity = new double[most], _levels = new double[most];
    private readonly ulong[] _open = new ulong[most];
    private double _allLoad, _allCapacity;
    private int _count;

    /// <summary>Load per capacity of each.</summary>
    public ReadOnlySpan<double> Levels => _levels.AsSpan(0, _count);

    /// <summary>Load per capacity of all together.</summary>
    public double Level => _allLoad / _allCapacity;

    /// <summary>Makes them empty and without capacity.</summary>
    public void Clear(int count)
    {
        _count = count;
        _allLoad = _allCapacity = 0;
        _load.AsSpan().Clear();
        _capacity.AsSpan().Clear();
        _levels.AsSpan().Clear();
        _open.AsSpan().Clear();
    }

    /// <summary>Adds load and capacity to one.</summary>
    public void Add(int index, long load, uint capacity)
    {
        _load[index] += load;
        _capacity[index] += capacity;
        _allLoad += load;
        _allCapacity += capacity;
        _levels[index] = _load[index] / _capacity[index];
    }

    /// <summary>Load that has to go from one to another for equal levels; negative if the other is higher.</summary>
    public double Flow(int from, int to) => (_levels[from] - _levels[to]) / ((1 / _capacity[from]) + (1 / _capacity[to]));

    /// <summary>
    /// Largest load whose move leaves the pair better off: also by their range of levels, so that a small taker does not come to stand higher,
    /// nor a small giver lower, than the other did.
    /// </summary>
    public double Limit(int from, int to)
    {
        double smaller = Math.Min(_capacity[from], _capacity[to]), larger = Math.Max(_capacity[from], _capacity[to]);
        return Flow(from, to) * Math.Min(MostFlows, 1 + (smaller / larger));
    }

    /// <summary>True if the flow is more than a part of what the smaller one holds at their common level, and more than is negligible.</summary>
    public bool Uneven(int from, int to, double part, long negligible)
    {
        double level = (_load[from] + _load[to]) / (_capacity[from] + _capacity[to]);
        return Flow(from, to) > Math.Max(part * level * Math.Min(_capacity[from], _capacity[to]), negligible);
    }

    /// <summary>
    /// True if something should flow: the two are uneven, or were so before in this round. What has been opened flows until nothing that is more
    /// than negligible is left to flow: stopping as soon as the threshold is met would leave all of it behind for good.
    /// </summary>
    public bool Flows(int from, int to, double part, long negligible)
    {
        if (Uneven(from, to, part, negligible))
            _open[from] |= 1ul << to;
        return (_open[from] >> to & 1) != 0 && Flow(from, to) > negligible;
    }
}
