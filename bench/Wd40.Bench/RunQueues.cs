// SPDX-License-Identifier: GPL-2.0-only
using System.Runtime.Intrinsics;
using Wd40.Policies;

namespace Wd40.Bench;

/// <summary>
/// The run queue of user-space policies beside <see cref="SortedSet{T}"/> and <see cref="PriorityQueue{TElement, TPriority}"/>. The queue is
/// full; a step takes the first task and queues it anew with a later key (pop and insert), and in the second figure also gives some other task a
/// new key (re-key). All three must hand out the same tasks in the same order. What the library's priority queue cannot do, to remove a task from the
/// middle in less than linear time, is done as is usual with it: an entry that is out of date is dropped when it comes out.
/// </summary>
internal static class RunQueues
{
    /// <summary>Steps of one run, and as many different tasks and keys: all runs do the same work.</summary>
    private const int Steps = 1 << 14;

    /// <summary>Keys are spread over this many units ahead of the first.</summary>
    private const int Spread = 20_000_000;

    /// <summary>Measures with 10^3, 10^5 and 10^6 tasks.</summary>
    internal static void RunAll(Report report, int rounds)
    {
        Run(report, 1_000, rounds);
        Run(report, 100_000, rounds);
        Run(report, 1_000_000, rounds);
    }

    private static void Run(Report report, int count, int rounds)
    {
        var random = new Random(count);
        var ahead = new ulong[Steps];
        var tasks = new int[Steps];
        for (var i = 0; i < Steps; i++)
        {
            ahead[i] = (ulong)random.Next(1, Spread);
            tasks[i] = random.Next(count);
        }
        foreach (var rekeyed in new[] { [], tasks })
        {
            var contenders = new IContender[] { new OurQueue(count), new SetQueue(count), new HeapQueue(count) };
            var again = new OurQueue(count);
            foreach (var contender in contenders.Append(again))
                Fill(contender, count);
            // As long as it takes until every task has been first once or twice: then the spread of keys is what it will be, and the
            // priority queue holds as many entries that are out of date as it always will.
            for (var steps = 0; steps < 3 * count / 2; steps += Steps)
                Check(contenders, ahead, rekeyed);
            // A queue goes on from where it was: results of two runs differ. They have been compared.
            Variant Timed(string name, IContender contender) => new(name, [() => contender.Run(ahead, rekeyed) & 0], 1, 8);
            Variant[] variants = [.. contenders.Select(contender => Timed(contender.Name, contender)), Timed("run queue again", again)];
            var rows = RoundRunner.Run(variants, rounds);
            var what = rekeyed.Length == 0 ? "pop and insert" : "pop, insert and re-key";
            var wide = Vector512.IsHardwareAccelerated;
            report.Add(Timing.Of(what, Steps, variants, rows));
            report.Add(Figure.Judge($"{what}: run queue / SortedSet", count, rows, 0, 1, (0, 3), wide ? 0.25 : 0.35));
            report.Add(Figure.Judge($"{what}: run queue / PriorityQueue", count, rows, 0, 2, (0, 3), wide ? 0.65 : 1.0));
        }
    }

    private static void Fill(IContender contender, int count)
    {
        var random = new Random(1);
        for (var task = 0; task < count; task++)
            contender.Insert(task, (ulong)random.Next(1, Spread));
    }

    /// <summary>All hand out the same tasks in the same order, and ours allocates nothing.</summary>
    private static void Check(IContender[] contenders, ulong[] ahead, int[] tasks)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var expected = contenders[0].Run(ahead, tasks);
        if (GC.GetAllocatedBytesForCurrentThread() != before)
            throw new InvalidOperationException("the run queue allocates memory");
        foreach (var contender in contenders.Skip(1))
        {
            if (contender.Run(ahead, tasks) != expected)
                throw new InvalidOperationException($"{contender.Name} hands out other tasks than {contenders[0].Name}");
        }
    }

    private interface IContender
    {
        string Name { get; }

        void Insert(int task, ulong key);

        /// <summary>Does the steps. The result depends on the tasks that came first and on their order.</summary>
        /// <param name="ahead">Distance of the new keys, a step each.</param>
        /// <param name="tasks">Who gets a new key, a step each; empty: nobody.</param>
        ulong Run(ulong[] ahead, int[] tasks);
    }

    private sealed class OurQueue(int count) : IContender
    {
        private readonly RunQueue _queue = new(count);

        public string Name => "run queue";

        public void Insert(int task, ulong key) => _queue.Insert(task, key);

        public ulong Run(ulong[] ahead, int[] tasks)
        {
            ulong sum = 0;
            for (var i = 0; i < ahead.Length; i++)
            {
                _queue.TryPop(out var task, out var key);
                _queue.Insert(task, key + ahead[i]);
                if (i < tasks.Length)
                    _queue.Rekey(tasks[i], key + ahead[^(i + 1)]);
                sum = (sum * 31) + (ulong)task;
            }
            return sum;
        }
    }

    private sealed class SetQueue(int count) : IContender
    {
        private readonly SortedSet<(ulong Key, ulong Arrival, int Task)> _set = [];
        private readonly (ulong Key, ulong Arrival, int Task)[] _entries = new (ulong, ulong, int)[count];
        private ulong _arrival;

        public string Name => "SortedSet";

        public void Insert(int task, ulong key)
        {
            _entries[task] = (key, _arrival++, task);
            _set.Add(_entries[task]);
        }

        public ulong Run(ulong[] ahead, int[] tasks)
        {
            ulong sum = 0;
            for (var i = 0; i < ahead.Length; i++)
            {
                var (key, _, task) = _set.Min;
                _set.Remove(_entries[task]);
                Insert(task, key + ahead[i]);
                if (i < tasks.Length)
                {
                    _set.Remove(_entries[tasks[i]]);
                    Insert(tasks[i], key + ahead[^(i + 1)]);
                }
                sum = (sum * 31) + (ulong)task;
            }
            return sum;
        }
    }

    private sealed class HeapQueue(int count) : IContender
    {
        private readonly PriorityQueue<(int Task, ulong Arrival), (ulong Key, ulong Arrival)> _heap = new(4 * count);
        private readonly ulong[] _latest = new ulong[count];
        private ulong _arrival;

        public string Name => "PriorityQueue";

        public void Insert(int task, ulong key)
        {
            _latest[task] = _arrival;
            _heap.Enqueue((task, _arrival), (key, _arrival));
            _arrival++;
        }

        public ulong Run(ulong[] ahead, int[] tasks)
        {
            ulong sum = 0;
            for (var i = 0; i < ahead.Length; i++)
            {
                (int Task, ulong Arrival) entry;
                (ulong Key, ulong Arrival) priority;
                do
                    _heap.TryDequeue(out entry, out priority);
                while (_latest[entry.Task] != entry.Arrival);
                Insert(entry.Task, priority.Key + ahead[i]);
                if (i < tasks.Length)
                    Insert(tasks[i], priority.Key + ahead[^(i + 1)]);
                sum = (sum * 31) + (ulong)entry.Task;
            }
            return sum;
        }
    }
}
