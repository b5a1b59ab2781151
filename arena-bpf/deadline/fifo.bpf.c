/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Deadline "fifo": first in, first out. The key is the time of arrival, which means the same in every domain; a task
 * whose slice has ended arrives anew. Every slice is the same, so tasks that wait for one queue share it evenly,
 * whatever their weights are, and nobody preempts.
 */
#define WD_OBJ fifo
#include "wd40/slots.h"

WD_MODULE("fifo", "deadline");

#define WD_FIFO_START (1ull << 40) /* added to the time, as the core's clocks begin there: no key is 0 */
#define WD_FIFO_SLICE (4 * WD_MSEC)

const volatile u64 wd_preempt_margin = WD_KEY_NONE;

static __always_inline u64 wd_arrive(struct wd_task __arena *t, u64 now)
{
	u64 key = WD_FIFO_START + now;

	t->deadline = key;
	t->rested = 0;
	return key;
}

u64 wd_deadline_runnable(struct wd_task __arena *t __arg_arena, struct wd_task __arena *waker __arg_arena, u64 now,
			 u32 woken)
{
	return 0;
}

u64 wd_deadline_key(struct wd_task __arena *t __arg_arena, u64 clock, u64 now, u32 how, u32 pace)
{
	use_arena();
	return wd_arrive(t, now);
}

u64 wd_deadline_charge(struct wd_task __arena *t __arg_arena, u64 ran, u64 weight, u64 now)
{
	use_arena();
	return wd_arrive(t, now);
}

/* Times of arrival mean the same in every domain. */
u64 wd_deadline_moved(struct wd_task __arena *t __arg_arena, u64 shift)
{
	return 0;
}

/* The same for all, within the bounds that the user half gives; where these contradict each other the longest wins. */
u64 wd_deadline_slice(struct wd_task __arena *t __arg_arena, u32 queued, u32 cpus)
{
	struct wd_tunables __arena *k = wd_tunables();
	u64 min = k->slice_min, max = k->slice_max, slice = WD_FIFO_SLICE;

	use_arena();
	if (slice < min)
		slice = min;
	return slice < max ? slice : max;
}

u64 wd_deadline_quiescent(struct wd_task __arena *t __arg_arena, u64 now, u32 sleeping)
{
	return 0;
}
