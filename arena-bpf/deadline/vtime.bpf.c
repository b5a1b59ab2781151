/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Deadline "vtime": plain weighted virtual time. It grows by CPU time x 100 / weight and is the key, so shares follow
 * weights, and nothing else counts: not how long a task runs, nor whom it wakes. A sleeper keeps a bounded credit.
 * src/Deadline/VirtualTime.cs is its bit-exact twin.
 */
#define WD_OBJ vtime
#include "virtual_time.h"

WD_MODULE("vtime", "deadline");

#define WD_SHARED_SLICE (4 * WD_MSEC) /* while others wait */

const volatile u64 wd_preempt_margin = WD_MSEC;

u64 wd_deadline_runnable(struct wd_task __arena *t __arg_arena, struct wd_task __arena *waker __arg_arena, u64 now,
			 u32 woken)
{
	return 0;
}

u64 wd_deadline_key(struct wd_task __arena *t __arg_arena, u64 clock, u64 now, u32 how, u32 pace)
{
	u64 v;

	use_arena();
	v = wd_vtime_place(t, clock, how, pace);
	t->deadline = v;
	return v;
}

u64 wd_deadline_charge(struct wd_task __arena *t __arg_arena, u64 ran, u64 weight, u64 now)
{
	u64 v;

	use_arena();
	v = wd_vtime_charge(t, ran, weight);
	t->deadline = v;
	return v;
}

u64 wd_deadline_moved(struct wd_task __arena *t __arg_arena, u64 shift)
{
	use_arena();
	return wd_vtime_shift(t, shift);
}

/* Alone: the longest slice. With others waiting one length for all, within the bounds that the user half gives. */
u64 wd_deadline_slice(struct wd_task __arena *t __arg_arena, u32 queued, u32 cpus)
{
	struct wd_tunables __arena *k = wd_tunables();
	u64 min = k->slice_min, max = k->slice_max, slice = WD_SHARED_SLICE;

	use_arena();
	if (!queued)
		return max;
	if (slice < min)
		slice = min;
	return slice < max ? slice : max;
}

u64 wd_deadline_quiescent(struct wd_task __arena *t __arg_arena, u64 now, u32 sleeping)
{
	return 0;
}
