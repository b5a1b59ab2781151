// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Policies;

/// <summary>The lowest level of policy: the whole step. It is called again and again by the one thread that decides.</summary>
/// <typeparam name="TPort">The way to the kernel half, or to the offline machine.</typeparam>
public interface IPolicyLoop<TPort> where TPort : struct, IPolicyPort
{
    /// <summary>Tasks that the policy holds: they wait for its decision.</summary>
    int Pending { get; }

    /// <summary>Takes what was queued, decides about as many tasks as are wanted, returns. Allocates nothing and never waits.</summary>
    /// <param name="port">Tasks and decisions.</param>
    void Step(ref TPort port);

    /// <summary>Forgets all tasks it holds: the kernel half has taken them back and queues them anew.</summary>
    void Drop();
}
