/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Virtual time of a task: it grows by CPU time x 100 / weight, a sleeper has a bounded credit, and nobody is far from
 * the clock. Deadline modules that order by it include this; their own part is what they add to it.
 */
#ifndef WD40_DEADLINE_VIRTUAL_TIME_H
#define WD40_DEADLINE_VIRTUAL_TIME_H

#include "wd40/slots.h"

#define WD_LAG	       (16 * WD_MSEC)  /* largest credit of a sleeper, CPU time, see wd_vtime_of */
#define WD_CREDIT      (40 * WD_MSEC)  /* real time whose earnings that is at most */
#define WD_RESTED_PART 4	       /* who has more than this part of the credit is rested */
#define WD_BEHIND      (300 * WD_MSEC) /* a runnable task stays this near the clock, CPU time, see wd_vtime_of */
#define WD_AHEAD       (800 * WD_MSEC)

/* Credit of a sleeper: what it could have earned in a stretch of real time, at the pace at which the clock goes now. */
static __always_inline u64 wd_credit(u32 pace)
{
	u64 credit = WD_CREDIT * pace / WD_PACE_ONE;

	return credit < WD_LAG ? credit : WD_LAG;
}

/*
 * Virtual time that a stretch of CPU time is to a task; one lighter than normal counts as normal. To a task of nice -15
 * a bound of 300 ms of virtual time would be 8.5 s of CPU time, in which it alone has the CPU, or waits.
 */
static __always_inline u64 wd_vtime_of(struct wd_task __arena *t, u64 time)
{
	u32 weight = t->weight;

	return weight > WD_WEIGHT_DEFAULT ? time * WD_WEIGHT_DEFAULT / weight : time;
}

/* Places a task that comes to a queue, or runs at once, around the clock. Returns its virtual time; writes t->rested.
 */
static __always_inline u64 wd_vtime_place(struct wd_task __arena *t, u64 clock, u32 how, u32 pace)
{
	u64 v = t->vtime, credit = wd_vtime_of(t, how == WD_ARRIVAL_AGAIN ? WD_BEHIND : wd_credit(pace));
	u64 ahead = wd_vtime_of(t, WD_AHEAD);

	if (!v || how == WD_ARRIVAL_ALONE)
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
	else if (v > clock + ahead)
		v = clock + ahead;
	t->vtime = v;
	return v;
}

/* Shifts the virtual time of a task that goes to another domain; one that has none yet gets it there. */
static __always_inline u64 wd_vtime_shift(struct wd_task __arena *t, u64 shift)
{
	u64 v = t->vtime;

	if (v)
		v += shift;
	t->vtime = v;
	return v;
}

/* Charges CPU time, ns, to a task of an effective weight in 1/WD_WEIGHT_ONE. Returns its virtual time. */
static __always_inline u64 wd_vtime_charge(struct wd_task __arena *t, u64 ran, u64 weight)
{
	u64 v = t->vtime;

	v += ran * WD_WEIGHT_DEFAULT * WD_WEIGHT_ONE / (weight ? weight : WD_WEIGHT_DEFAULT * WD_WEIGHT_ONE);
	t->vtime = v;
	return v;
}

#endif
