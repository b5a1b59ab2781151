// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime;
using Wd40.Schedulers;

namespace Wd40.Bench;

/// <summary>arena-bpf/bench/rings.bpf.c in the kernel: its programs queue a batch of tasks and take the decisions about it back.</summary>
internal sealed class RingObject : IDisposable
{
    /// <summary>Tasks of a batch: all of them are queued, then all are decided about.</summary>
    internal const int Batch = 1000;

    /// <summary>Slots there are; slot 0 is nobody's.</summary>
    internal const int Slots = 1024;

    /// <summary>CPUs from which the tasks come (RINGS_CPUS).</summary>
    internal const int Cpus = 4;

    private static readonly int[] _weights = [15, 36, 70, 100, 100, 100, 100, 125, 335];

    private readonly LoadedObject _loaded;
    private readonly int _queueUp, _queueDown;

    /// <summary>Loads it.</summary>
    /// <exception cref="InvalidOperationException">The kernel refuses.</exception>
    internal RingObject()
    {
        var parts = new ArenaLayout(Cpus, 1, 1, Slots, withRings: true);
        try
        {
            ModuleObject[] objects =
                [ModuleObject.FromResource(typeof(RingObject).Assembly, "bench/rings"), ModuleObject.FromResource(System.Reflection.Assembly.Load("Wd40.ArenaBpf"), "arena/table")];
            using var linked = new Composition("bench", objects).Link();
            using var open = linked.Open();
            open.SetArenaSize(parts.Size);
            open.SetVariable("wd_layout", parts.ToStruct());
            open.SetVariable("wd_user_layout", parts.Rings);
            _loaded = open.Load();
        }
        catch (SchedulerException error)
        {
            throw new InvalidOperationException($"cannot load the BPF ends of the rings: {error.Message} Run as root on a kernel with BPF arenas.", error);
        }
        Arena.Populate();
        Rings = new PolicyRings(Arena, parts.Rings, Slots, Cpus);
        var random = new Random(Batch);
        var order = Enumerable.Range(1, Slots - 1).Select(slot => (uint)slot).ToArray();
        random.Shuffle(order);
        order.CopyTo(_loaded.Variables<uint>("rings_order"));
        foreach (ref var weight in _loaded.Variables<uint>("rings_weight"))
            weight = (uint)_weights[random.Next(_weights.Length)];
        (_queueUp, _queueDown) = (Map("rings_queue_up"), Map("rings_queue_down"));
    }

    /// <summary>The rings in its arena.</summary>
    internal PolicyRings Rings { get; }

    private Arena Arena => _loaded.Arena ?? throw new InvalidOperationException("the object has no arena");

    /// <summary>Descriptor of a map.</summary>
    internal int Map(string name) => _loaded.MapDescriptor(name);

    /// <summary>Runs a program on the tasks of a way.</summary>
    internal void Run(string program, int way)
    {
        var arguments = new RingArguments(way, Batch);
        _ = _loaded.Run(program, ref arguments);
    }

    /// <summary>Digest of the decisions of a way's last batch.</summary>
    internal ulong Digest(int way) => _loaded.Variables<ulong>("rings_digest")[way];

    /// <summary>All tasks of the last batch came back, in the order of their keys, each decision about the task's last queueing; and so it was in each batch before.</summary>
    /// <exception cref="InvalidOperationException">Not so.</exception>
    internal void Check(int way, string name)
    {
        ulong Of(string what) => _loaded.Variables<ulong>(what)[way];
        var (applied, disorder, refused, failed) = (Of("rings_applied"), Of("rings_disorder"), Of("rings_refused"), Of("rings_failed"));
        if (applied != Batch || disorder + refused + failed != 0)
            throw new InvalidOperationException(
                $"{name}: of the last {Batch} tasks {applied} came back; over all batches {disorder} out of order, {refused} decisions about no task, {failed} without room or record");
    }

    /// <inheritdoc/>
    public void Dispose() => _loaded.Dispose();
}
