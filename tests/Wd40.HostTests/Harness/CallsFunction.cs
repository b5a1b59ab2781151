// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.HostTests;

/// <summary>enum calls_function of arena-bpf/tests/calls.bpf.c: the slot function that a row calls, with its arguments a, b, c.</summary>
internal enum CallsFunction : ulong
{
    /// <summary>wd_placement_home(the running task, t, allowed, from).</summary>
    Home,

    /// <summary>wd_placement_margin(from, to, queued).</summary>
    Margin,

    /// <summary>wd_deadline_runnable(t, waker's slot, now, woken).</summary>
    Runnable,

    /// <summary>wd_deadline_key(t, clock, now, how, pace), c is how | pace &lt;&lt; 8.</summary>
    Key,

    /// <summary>wd_deadline_charge(t, ran, weight in 1/1024, now).</summary>
    Charge,

    /// <summary>wd_deadline_slice(t, queued, cpus).</summary>
    Slice,

    /// <summary>wd_deadline_quiescent(t, now, sleeping).</summary>
    Quiescent,

    /// <summary>wd_loadbalance_account(t, runnable, now).</summary>
    Account,

    /// <summary>wd_loadbalance_request(t, word, allowed).</summary>
    Request,

    /// <summary>wd_preempt_margin.</summary>
    PreemptMargin,

    /// <summary>wd_deadline_moved(t, shift).</summary>
    Moved,
}
