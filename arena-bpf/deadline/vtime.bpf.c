/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Deadline "vtime": plain weighted virtual time. It grows by CPU time x 100 / weight and is the key, so shares follow
 * weights, and nothing else counts: not how long a task runs, nor whom it wakes. A sleeper keeps a bounded credit.
 * src/Deadline/VirtualTime.cs is its bit-exact twin.
 */
#define WD_OBJ vtime
#include "wd40/slots.h"

WD_MODULE("vtime", "deadline");

#define WD_LAG		(16 * WD_MSEC)	/* largest credit of a sleeper, virtual ns */
#define WD_CREDIT	(40 * WD_MSEC)	/* real time whose earnings that is at most */
#define WD_RESTED_PART	4		/* who has more than this part of the credit is rested */
#define WD_BEHIND	(300 * WD_MSEC) /* a runnable task's virtual time stays this near the clock */
#define WD_AHEAD	(800 * WD_MSEC)
#define WD_SHARED_SLICE (4 * WD_MSEC) /* while others wait */

const volatile u64 wd_preempt_margin = WD_MSEC;

u64 wd_deadline_runnable(struct wd_task __arena *t __arg_arena, struct wd_task __arena *waker __arg_arena, u64 now,
			 u32 woken)
{
	return 0;
}

/* What a sleeper could have earned in a stretch of real time, at the pace at which the clock goes now. */
static __always_inline u64 wd_credit(u32 pace)
{
	u64 credit = WD_CREDIT * pace / WD_PACE_ONE;

	return credit < WD_LAG ? credit : WD_LAG;
}

u64 wd_deadline_key(struct wd_task __arena *t __arg_arena, u64 clock, u64 now, u32 how, u32 pace)
{
	u64 v = t->vtime, credit = how == WD_ARRIVAL_AGAIN ? WD_BEHIND : wd_credit(pace);

	use_arena();
	if (!v)
		v = clock; /* new: behind all that wait */
	t->rested = how == WD_ARRIVAL_WOKEN && v < clock - credit / WD_RESTED_PART;
	if (v < clock - credit) {
		v = clock - credit;
		if (how == WD_ARRIVAL_WOKEN)
			wd_count(dl_clamp);
	} else if (how == WD_ARRIVAL_WOKEN) {
		wd_count(dl_preset);
	}
	if (how == WD_ARRIVAL_DIRECT && v > clock)
		v = clock; /* it runs at once: what it ran elsewhere is no debt here */
	else if (v > clock + WD_AHEAD)
		v = clock + WD_AHEAD;
	t->vtime = v;
	t->deadline = v;
	return v;
}

u64 wd_deadline_charge(struct wd_task __arena *t __arg_arena, u64 ran, u64 weight, u64 now)
{
	u64 v = t->vtime;

	use_arena();
	v += ran * WD_WEIGHT_DEFAULT * WD_WEIGHT_ONE / (weight ? weight : WD_WEIGHT_DEFAULT * WD_WEIGHT_ONE);
	t->vtime = v;
	t->deadline = v;
	return v;
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
