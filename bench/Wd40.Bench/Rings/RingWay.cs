// SPDX-License-Identifier: GPL-2.0-only
using System.Diagnostics;
using Wd40.Policies;

namespace Wd40.Bench;

/// <summary>One way up and down. A run takes a batch of tasks to the policy and the decisions back.</summary>
/// <param name="name">Word for the table.</param>
/// <param name="rings">The kernel half's ends.</param>
/// <param name="index">Whose tasks.</param>
/// <param name="up">Program that queues the tasks.</param>
/// <param name="down">Program that takes the decisions.</param>
internal abstract class RingWay(string name, RingObject rings, int index, string up, string down)
{
    /// <summary>Parts of a run.</summary>
    internal static IReadOnlyList<string> Parts { get; } = ["kernel, up", "user half", "kernel, down"];

    /// <summary>Word for the table.</summary>
    internal string Name => name;

    /// <summary>Timestamps of the last run: at its begin and after each part.</summary>
    internal long[] Stamps { get; } = new long[Parts.Count + 1];

    /// <summary>The kernel half's ends.</summary>
    protected RingObject Rings => rings;

    /// <summary>The policy with its loop.</summary>
    internal static IPolicyLoop<TPort> Policy<TPort>() where TPort : struct, IPolicyPort =>
        new PolicyRegistry().Find("deadline").Create<TPort>(new Dictionary<string, ulong>(), RingObject.Slots);

    /// <summary>Takes a batch to the policy and back.</summary>
    /// <returns>Digest of what came back.</returns>
    internal ulong Run()
    {
        Stamps[0] = Stopwatch.GetTimestamp();
        rings.Run(up, index);
        Stamps[1] = Stopwatch.GetTimestamp();
        Turn();
        Stamps[2] = Stopwatch.GetTimestamp();
        rings.Run(down, index);
        Stamps[3] = Stopwatch.GetTimestamp();
        return rings.Digest(index);
    }

    /// <summary>Nothing was lost, invented or taken out of order.</summary>
    /// <exception cref="InvalidOperationException">Not so.</exception>
    internal void Check() => rings.Check(index, name);

    /// <summary>The user half's turn.</summary>
    internal abstract void Turn();
}

/// <summary>Messages up, one system call a decision down.</summary>
internal sealed class MessageWay<TSource>(string name, RingObject rings, int index, string up, TSource source)
    : RingWay(name, rings, index, up, "rings_down_queue") where TSource : struct, IMessageSource
{
    private readonly IPolicyLoop<MessagePort<TSource>> _policy = Policy<MessagePort<TSource>>();
    private MessagePort<TSource> _port = new(source, rings.Map("rings_queue_down"));

    internal override void Turn()
    {
        _port.BeginStep();
        _policy.Step(ref _port);
    }
}

/// <summary>The rings of the user-space core, both ways; a turn is that of the scheduler's loop.</summary>
internal sealed class ArenaWay(string name, RingObject rings, int index) : RingWay(name, rings, index, "rings_up_arena", "rings_down_arena")
{
    private readonly IPolicyLoop<ArenaPort> _policy = Policy<ArenaPort>();
    private ArenaPort _port = new(rings.Rings, RingObject.Cpus);

    internal override void Turn()
    {
        if (Rings.Rings.BeginTurn())
            _policy.Drop();
        _port.BeginStep();
        _policy.Step(ref _port);
        Rings.Rings.EndTurn(_policy.Pending);
    }
}
