/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Deadline "mymodule": weighted virtual time with a floor. Weights below the floor count as the floor, so a task of
 * nice 19 beside one of nice 0 is slow and not starved. The user half sets the floor before load.
 */
#define WD_OBJ mymodule
#include "wd40/slots.h"

WD_MODULE("mymodule", "deadline");

#define MY_BEHIND (16 * WD_MSEC)  /* credit of a sleeper, virtual ns */
#define MY_AHEAD  (800 * WD_MSEC) /* the core bounds keys there */
#define MY_SLICE  (4 * WD_MSEC)	  /* while others wait */

const volatile u64 my_floor; /* weight, 100 is nice 0; 0: no floor */

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
	v = t->vtime;
	t->rested = how == WD_ARRIVAL_WOKEN && v && v < clock - MY_BEHIND;
	if (!v || how == WD_ARRIVAL_ALONE)
		v = clock; /* new: behind all that wait; alone: it owes nothing */
	else if (how != WD_ARRIVAL_AGAIN && v < clock - MY_BEHIND)
		v = clock - MY_BEHIND;
	else if (v > clock + MY_AHEAD)
		v = clock + MY_AHEAD;
	t->vtime = v;
	t->deadline = v;
	return v;
}

u64 wd_deadline_charge(struct wd_task __arena *t __arg_arena, u64 ran, u64 weight, u64 now)
{
	u64 floor = my_floor * WD_WEIGHT_ONE, v;

	use_arena();
	if (weight < floor)
		weight = floor;
	v = t->vtime;
	v += ran * WD_WEIGHT_DEFAULT * WD_WEIGHT_ONE / (weight ? weight : WD_WEIGHT_ONE);
	t->vtime = v;
	t->deadline = v;
	return v;
}

/* To another domain, whose clock is elsewhere. */
u64 wd_deadline_moved(struct wd_task __arena *t __arg_arena, u64 shift)
{
	u64 v;

	use_arena();
	v = t->vtime;
	t->vtime = v ? v + shift : 0;
	return v;
}

u64 wd_deadline_slice(struct wd_task __arena *t __arg_arena, u32 queued, u32 cpus)
{
	struct wd_tunables __arena *k = wd_tunables();
	u64 max = k->slice_max;

	use_arena();
	return queued && MY_SLICE < max ? MY_SLICE : max;
}

u64 wd_deadline_quiescent(struct wd_task __arena *t __arg_arena, u64 now, u32 sleeping)
{
	return 0;
}
