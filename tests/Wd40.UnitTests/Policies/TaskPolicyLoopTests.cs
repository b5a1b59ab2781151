// SPDX-License-Identifier: GPL-2.0-only
using FsCheck;
using FsCheck.Fluent;
using Wd40.Policies;
using Wd40.Policies.Offline;
using static Wd40.UnitTests.Policies.Machines;

namespace Wd40.UnitTests.Policies;

/// <summary>The loop around policies: nobody starves, nothing is allocated.</summary>
[TestFixture]
internal sealed class TaskPolicyLoopTests
{
    private const int Crowd = 1000;

    [FsCheck.NUnit.Property(MaxTest = 12)]
    public Property NobodyStarves_InACrowdOfAThousand_WhateverItDoes() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), Gen.Elements(1, 2, 5).ToArbitrary(), Gen.Elements("deadline", "interactive", "last come").ToArbitrary(),
            (seed, cpus, name) =>
            {
                var machine = new OfflineMachine(cpus, HostileCrowd(new Random(seed)));
                var results = name switch
                {
                    "deadline" => machine.RunDeadline(20 * Second),
                    "interactive" => machine.RunInteractive(20 * Second),
                    _ => machine.Run<LastComeFirstServed, NoState>(default, 20 * Second),
                };
                // Each of the others may be overdue before it, and each time three others come in between.
                var longestSlice = name == "deadline" ? 3 * Millisecond : Millisecond;
                var bound = TaskPolicyLoop<DeadlinePolicy, DeadlinePolicy.State, OfflinePort>.Patience
                    + ((ulong)Crowd * TaskPolicyLoop<DeadlinePolicy, DeadlinePolicy.State, OfflinePort>.OldestInterval * longestSlice / (ulong)cpus);
                return results.All(result => result.LongestGap <= bound) && machine.IdleWhileWaiting == 0;
            });

    [Test]
    public void ForgottenTask_IsServed_AndCounted()
    {
        var loop = new TaskPolicyLoop<LastComeFirstServed, NoState, OfflinePort>(default, 3);
        var machine = new OfflineMachine(1, SyntheticTask.Hog(), SyntheticTask.Hog(), SyntheticTask.Hog());
        var results = machine.Run(loop, 10 * Second);
        Assert.That(results.Min(result => result.Runs), Is.GreaterThan(10));
        Assert.That(loop.Overdue, Is.InRange(20, 60), "each of two tasks, about twice a second");
    }

    [Test]
    public void SteadyState_AllocatesNothing([Values("deadline", "interactive")] string name)
    {
        var tasks = Enumerable.Range(0, 300).Select(i => i % 3 == 0 ? SyntheticTask.Sleeper(Millisecond, 7 * Millisecond) : SyntheticTask.Hog(50)).ToList();
        var machine = new OfflineMachine(4, tasks);
        var loop = new PolicyRegistry().Find(name).Create<OfflinePort>(new Dictionary<string, ulong>(), tasks.Count);
        machine.Advance(loop, 2 * Second);
        var decisions = machine.Decisions;
        var before = GC.GetAllocatedBytesForCurrentThread();
        machine.Advance(loop, 2 * Second);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
        Assert.That(machine.Decisions - decisions, Is.GreaterThan(5000));
    }

    [Test]
    public void VirtualTimeThatWraps_ChangesNothing()
    {
        // The same tasks; the clock of the policy begins shortly before it wraps, or at 0.
        ulong[] starts = [0, unchecked(0 - Second)];
        var runs = starts.Select(start =>
        {
            var machine = new OfflineMachine(2, SyntheticTask.Hog(300), SyntheticTask.Hog(), SyntheticTask.Hog(200), SyntheticTask.Sleeper(Millisecond, Millisecond));
            return machine.Run<ShiftedVirtualTime, (bool, ulong)>(new ShiftedVirtualTime { Clock = start }, 5 * Second).Select(result => result.CpuTime).ToArray();
        }).ToArray();
        Assert.That(runs[1], Is.EqualTo(runs[0]));
    }

    [Test]
    public void NewTaskInASlot_FindsItsStateZero()
    {
        var port = new OneTaskPort(new OneTask { Scratch = 77, Generation = 3, Endless = true });
        var loop = new TaskPolicyLoop<StatePolicy, ulong, OneTaskPort>(default, 1);
        loop.Step(ref port);
        Assert.That(port.Task.Keys, Is.EqualTo(new ulong[] { 0 }), "another generation than the loop has seen");
        port.Task.Scratch = 88;
        loop.Step(ref port);
        Assert.That(port.Task.Keys, Is.EqualTo(new ulong[] { 0, 88 }), "the same");
    }

    [Test]
    public void GarbageInTheRing_IsPassedOver_AndEndsWithTheStep()
    {
        var port = new OneTaskPort(new OneTask { Slot = int.MinValue, Endless = true });
        var loop = new TaskPolicyLoop<StatePolicy, ulong, OneTaskPort>(default, 1);
        loop.Step(ref port);
        Assert.That(loop.Pending, Is.Zero);
        Assert.That(port.Task.Keys, Is.Empty);
    }

    [Test]
    public void DecisionWithoutRoom_IsMadeInTheNextStep()
    {
        var port = new OneTaskPort(new OneTask { Generation = 1, Full = true });
        var loop = new TaskPolicyLoop<StatePolicy, ulong, OneTaskPort>(default, 1);
        loop.Step(ref port);
        Assert.That(loop.Pending, Is.EqualTo(1));
        port.Task.Full = false;
        loop.Step(ref port);
        Assert.That(loop.Pending, Is.Zero);
        Assert.That(port.Task.Keys, Has.Count.EqualTo(1));
    }

    private static SyntheticTask[] HostileCrowd(Random random) =>
    [
        .. Enumerable.Range(0, Crowd).Select(_ => new SyntheticTask
        {
            Weight = (uint)random.Next(1, 300),
            Start = (ulong)random.Next(0, 2_000_000_000),
            Phases = random.Next(4) switch
            {
                0 => [],
                1 => [new Phase((ulong)random.Next(1, 50_000), (ulong)random.Next(0, 100_000))],
                2 => [new Phase((ulong)random.Next(1, 1_000_000), (ulong)random.Next(1, 1_000_000))],
                _ => [new Phase((ulong)random.Next(1, 5_000_000), 0), new Phase(1, (ulong)random.Next(1, 30_000_000))],
            },
        }),
    ];

    /// <summary>Starves whoever came first.</summary>
    private struct LastComeFirstServed : ITaskPolicy<NoState>
    {
        private ulong _key;

        public ulong Order(in QueuedTask task, ref NoState state, in Situation situation) => unchecked(--_key);

        public readonly Decision Place(in QueuedTask task, ulong key, ref NoState state, in Situation situation) => new(Millisecond);
    }

    private struct ShiftedVirtualTime : ITaskPolicy<(bool Known, ulong Virtual)>
    {
        internal ulong Clock;

        public readonly ulong Order(in QueuedTask task, ref (bool Known, ulong Virtual) state, in Situation situation)
        {
            state = (true, state.Known ? unchecked(state.Virtual + (task.Uncharged * 100 / task.Weight)) : Clock);
            return state.Virtual;
        }

        public readonly Decision Place(in QueuedTask task, ulong key, ref (bool Known, ulong Virtual) state, in Situation situation) => new(Millisecond);
    }

    private struct StatePolicy : ITaskPolicy<ulong>
    {
        public readonly ulong Order(in QueuedTask task, ref ulong state, in Situation situation) => state;

        public readonly Decision Place(in QueuedTask task, ulong key, ref ulong state, in Situation situation) => new(Millisecond);
    }

    private sealed class OneTask
    {
        internal readonly List<ulong> Keys = [];
        internal ulong Scratch;
        internal QueuedTask Queued;
        internal uint Generation;
        internal int Slot;
        internal bool Full, Endless, Taken;
    }

    private readonly struct OneTaskPort(OneTask task) : IPolicyPort
    {
        internal OneTask Task => task;

        public int Slots => 1;

        public int Cpus => 1;

        public ulong Now => 0;

        public int Wanted => 1;

        public bool TryTake(out int slot)
        {
            slot = task.Slot;
            return task.Endless || (task.Taken = !task.Taken);
        }

        public ref readonly QueuedTask Queued(int slot)
        {
            task.Queued = new QueuedTask { Slot = slot, Generation = task.Generation };
            return ref task.Queued;
        }

        public ref TState State<TState>(int slot) where TState : unmanaged => ref Wd40.ArenaRuntime.Scratch.As<ulong, TState>(ref task.Scratch);

        public bool TryDecide(int slot, ulong key, in Decision decision)
        {
            if (!task.Full)
                task.Keys.Add(key);
            return !task.Full;
        }
    }
}
