// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Policies;

/// <summary>The loop around a policy of the middle level: hands it what was queued in batches, and lets it decide when CPUs want work.</summary>
/// <typeparam name="TPolicy">The policy.</typeparam>
/// <typeparam name="TPort">The way to the tasks.</typeparam>
public sealed class BatchPolicyLoop<TPolicy, TPort> : IPolicyLoop<TPort>
    where TPolicy : struct, IBatchPolicy<TPort>
    where TPort : struct, IPolicyPort
{
    /// <summary>Largest batch.</summary>
    public const int BatchSize = 512;

    private readonly RunQueue _queue;
    private readonly int[] _batch = new int[BatchSize];
#pragma warning disable IDE0044 // The policy is a struct that its own methods change: readonly, they would change a copy.
    private TPolicy _policy;
#pragma warning restore IDE0044

    /// <summary>Makes the loop.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="slots">Slots there are.</param>
    public BatchPolicyLoop(TPolicy policy, int slots)
    {
        _policy = policy;
        _queue = new RunQueue(slots);
    }

    /// <inheritdoc/>
    public int Pending => _queue.Count;

    /// <inheritdoc/>
    public void Step(ref TPort port)
    {
        // At most all slots in one step, as a ring full of garbage would never end.
        for (var left = _queue.Slots; left > 0;)
        {
            var count = 0;
            while (count < Math.Min(left, BatchSize) && port.TryTake(out var slot))
            {
                if ((uint)slot < (uint)_queue.Slots)
                    _batch[count++] = slot;
                else
                    left--;
            }
            if (count == 0)
                break;
            _policy.Queued(ref port, _batch.AsSpan(0, count), _queue);
            left -= count;
        }
        if (_queue.Count > 0 && port.Wanted > 0)
            _policy.Decide(ref port, _queue);
    }

    /// <inheritdoc/>
    public void Drop() => _queue.Clear();
}
