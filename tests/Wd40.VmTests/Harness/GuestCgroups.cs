// SPDX-License-Identifier: GPL-2.0-only
using System.Globalization;
using Wd40.Vm;

namespace Wd40.VmTests.Harness;

/// <summary>
/// cgroups of a guest with hogs in them. What a group has used is read from its <c>cpu.stat</c>, all groups at the same two moments, so that
/// neither their starts nor a program's own window matter. Disposing ends the hogs and removes the groups.
/// </summary>
internal sealed class GuestCgroups(Guest guest) : IAsyncDisposable
{
    private const string Root = "/sys/fs/cgroup";
    private const int SigKill = 9;

    /// <summary>For longer than any test: they are ended.</summary>
    private const int HogSeconds = 100_000;

    private readonly List<string> _groups = [];
    private readonly Dictionary<string, GuestJob> _hogs = [];

    /// <summary>Makes a group; its parent must exist. Children of the parent compete from now on by their weights.</summary>
    /// <param name="group">Path below the root.</param>
    /// <param name="weight">cpu.weight, 1..10000.</param>
    public async Task CreateAsync(string group, int weight)
    {
        var parent = Path.GetDirectoryName($"{Root}/{group}");
        (await guest.CallAsync($"echo +cpu > {parent}/cgroup.subtree_control && mkdir {Root}/{group}")).EnsureSuccess();
        _groups.Add(group);
        await WeighAsync(group, weight);
    }

    /// <summary>Changes a group's weight.</summary>
    public async Task WeighAsync(string group, int weight) =>
        (await guest.CallAsync($"echo {weight} > {Root}/{group}/cpu.weight")).EnsureSuccess();

    /// <summary>Starts hogs that are born in a group.</summary>
    /// <param name="group">Path below the root.</param>
    /// <param name="hogs">As <c>wd40-load hogs --groups</c> takes them.</param>
    public async Task StartAsync(string group, string hogs) =>
        _hogs.Add(group, await guest.StartAsync(
            $"echo 0 > {Root}/{group}/cgroup.procs && exec {GuestPrograms.Load} hogs --groups {hogs} --warmup 0 --seconds {HogSeconds}"));

    /// <summary>Ends a group's hogs.</summary>
    public async Task EndAsync(string group)
    {
        if (!_hogs.Remove(group, out var job))
            throw new AssertionException($"no hogs were started in {group}");
        Assert.That(job.HasEnded, Is.False, $"the hogs of {group} ended by themselves: {job.ErrorSoFar}");
        await job.KillAsync(SigKill).ConfigureAwait(false);
        await job.EndAsync().ConfigureAwait(false);
    }

    /// <summary>Moves all tasks of a group to another one.</summary>
    public async Task MoveAsync(string from, string to)
    {
        var move = $"for p in $(cat {Root}/{from}/cgroup.procs); do echo $p > {Root}/{to}/cgroup.procs || exit 1; done";
        (await guest.CallAsync(move)).EnsureSuccess();
        Assert.That((await guest.CallAsync($"cat {Root}/{from}/cgroup.procs")).Output, Is.Empty, $"tasks left in {from}");
    }

    /// <summary>CPUs that groups (with all below them) use on average from <paramref name="settling"/> seconds from now on.</summary>
    /// <param name="settling">Guest seconds before the window.</param>
    /// <param name="seconds">Guest seconds of the window.</param>
    /// <param name="groups">Whose figures to return, in this order.</param>
    public async Task<double[]> UsageAsync(double settling, double seconds, params string[] groups)
    {
        var read = "cut -d' ' -f1 /proc/uptime; " + string.Concat(groups.Select(group => $"sed -n 's/^usage_usec //p' {Root}/{group}/cpu.stat; "));
        var result = await guest.CallAsync(string.Create(CultureInfo.InvariantCulture, $"sleep {settling}; {read}sleep {seconds}; {read}"));
        var values = result.EnsureSuccess().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => double.Parse(line, CultureInfo.InvariantCulture)).ToArray();
        Assert.That(values, Has.Length.EqualTo(2 * (groups.Length + 1)), result.Output);
        var window = values[groups.Length + 1] - values[0];
        return [.. groups.Select((_, i) => (values[groups.Length + 2 + i] - values[1 + i]) / (1e6 * window))];
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var group in _hogs.Keys.ToArray())
            await EndAsync(group).ConfigureAwait(false);
        // A killed hog is in its group until it has been waited for.
        foreach (var group in Enumerable.Reverse(_groups))
        {
            var remove = $"for i in $(seq 100); do rmdir {Root}/{group} 2>/dev/null && exit; sleep 0.05; done; exec rmdir {Root}/{group}";
            (await guest.CallAsync(remove).ConfigureAwait(false)).EnsureSuccess();
        }
    }
}
