// SPDX-License-Identifier: GPL-2.0-only
using Wd40.Policies;
using Wd40.Policies.Offline;
using static Wd40.UnitTests.Policies.Machines;

namespace Wd40.UnitTests.Policies;

/// <summary>The middle level: a policy that fills the queue itself.</summary>
[TestFixture]
internal sealed class BatchPolicyLoopTests
{
    [Test]
    public void BatchPolicy_RunsTheMachine_AndAllocatesNothing()
    {
        // More tasks than a batch holds.
        const int Tasks = (2 * BatchPolicyLoop<ByWeight, OfflinePort>.BatchSize) + 100;
        var machine = new OfflineMachine(2, [.. Enumerable.Range(0, Tasks).Select(i => SyntheticTask.Sleeper(Millisecond, Millisecond, (uint)(i % 7) + 1))]);
        var loop = new BatchPolicyLoop<ByWeight, OfflinePort>(default, Tasks);
        machine.Advance(loop, 2 * Second);
        var before = GC.GetAllocatedBytesForCurrentThread();
        machine.Advance(loop, 2 * Second);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
        Assert.That(machine.Results.Sum(result => (long)result.CpuTime), Is.EqualTo(8 * (long)Second));
        Assert.That(machine.Results[6].Runs, Is.GreaterThan(3 * machine.Results[0].Runs), "the heaviest first");
        loop.Drop();
        Assert.That(loop.Pending, Is.Zero);
    }

    private struct ByWeight : IBatchPolicy<OfflinePort>
    {
        public readonly void Queued(ref OfflinePort port, ReadOnlySpan<int> slots, RunQueue queue)
        {
            foreach (var slot in slots)
            {
                ref readonly var task = ref port.Queued(slot);
                queue.Insert(slot, 100 - task.Weight);
            }
        }

        public readonly void Decide(ref OfflinePort port, RunQueue queue)
        {
            while (port.Wanted > 0 && queue.TryPop(out var slot, out var key))
                port.TryDecide(slot, key, new Decision(Millisecond));
        }
    }
}
