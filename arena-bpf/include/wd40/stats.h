/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Counters of the hybrid core, declared once: name, help and unit reach C# through BTF. One struct a CPU in the arena,
 * written by callbacks on that CPU only; readers add them up. The first eleven partition all dispatches.
 */
#ifndef WD40_STATS_H
#define WD40_STATS_H

#include "types.h"

struct __wd_shared wd_stats {
	u64 wake_sync WD_COUNTER("woken synchronously onto the waker's CPU");
	u64 sync_prev_idle WD_COUNTER("woken synchronously onto its idle previous CPU in the waker's domain");
	u64 prev_idle WD_COUNTER("woken onto its idle previous CPU, whole core idle");
	u64 greedy_idle WD_COUNTER("woken onto its idle previous CPU in another domain, whole core idle");
	u64 pinned WD_COUNTER("task bound to one CPU, queued for that CPU");
	u64 direct WD_COUNTER("woken onto another idle CPU of its domain");
	u64 greedy WD_COUNTER("woken onto an idle CPU of another domain of its node");
	u64 greedy_far WD_COUNTER("woken onto an idle CPU of another node");
	u64 dsq_dispatch WD_COUNTER("taken from the CPU's own domain queue");
	u64 greedy_local WD_COUNTER("pulled from another domain of the same node");
	u64 greedy_xnuma WD_COUNTER("pulled from a domain of another node");
	u64 repatriate WD_COUNTER("queued at home after running in another domain");
	u64 kick_greedy WD_COUNTER("idle CPU of another domain kicked to come and pull");
	u64 load_balance WD_COUNTER("requests of the balancer applied");
	u64 task_get_err WD_COUNTER("task without a record where one was expected");
	u64 dl_clamp WD_COUNTER("key lifted to the clock less the lag at wake-up");
	u64 dl_preset WD_COUNTER("key kept as it was");
	u64 keep WD_COUNTER("running task kept because its key was still the earliest");
	u64 preempt WD_COUNTER("running task preempted for an earlier key");
	u64 requests_refused WD_COUNTER("requests refused because the affinity forbids the domain");
	u64 requests_stale WD_COUNTER("requests for an earlier owner of the slot");
	u64 untracked WD_COUNTER("tasks without a slot because the table was full");
	u64 slots_allocated WD_COUNTER("slots handed out");
	u64 slots_freed WD_COUNTER("slots taken back");
	u64 slot_errors WD_COUNTER("slots lost because the free list refused them");
	u64 bounded WD_COUNTER("keys bounded to the window around the clock");
	u64 rescued WD_COUNTER("taken out of turn after the longest wait that is allowed");
	u64 moved_queued WD_COUNTER("queued tasks moved at once at the balancer's request");
	u64 reserved[4] WD_WRITER("core");
};

#endif
