/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * CPUs that tasks of other classes take, real-time ones above all. Before 7.1 (SCX_ENQ_IMMED) nothing says that one
 * comes to an idle CPU: who was put on that CPU just then waits behind it, where nobody else can take it. But it comes
 * again, mostly to the same CPU. So nobody is put on an idle CPU that was held for long a moment ago: it is queued,
 * and the CPU looks at the queue like any other.
 */
#ifndef WD40_FOREIGN_H
#define WD40_FOREIGN_H

#include "kick.h"
#include "wd40/masks.h"

#define WD_FOREIGN_LONG	  (5 * WD_MSEC) /* who holds a CPU for less makes nobody wait for long */
#define WD_FOREIGN_MEMORY WD_SEC

/* Of a CPU. Written there; read by others as a hint. Only before 7.1. */
struct wd_foreign {
	u64 lost_at; /* when it ceased to be idle, or was lost to another class; 0: it is idle, or ours, since */
	u64 held_at; /* the last time at which it had been held for long, 0: never */
};

/* The CPU is idle no more, or what ran here gives way to another class. */
static __always_inline void wd_note_lost(struct wd_foreign *f)
{
	if (!wd_requeues_taken())
		f->lost_at = wd_now();
}

/* The CPU is idle, or runs something of ours. */
static __always_inline void wd_note_regained(struct wd_foreign *f)
{
	u64 now;

	if (wd_requeues_taken() || !f->lost_at)
		return;
	now = wd_now();
	if (wd_ago(now, f->lost_at) >= WD_FOREIGN_LONG)
		f->held_at = now;
	f->lost_at = 0;
}

/* May an idle CPU be taken before a task that is put on it runs, with the kernel telling nobody? */
static __always_inline bool wd_may_be_lost(const struct wd_foreign *f, u64 now)
{
	return !wd_requeues_taken() && f->held_at && wd_ago(now, f->held_at) < WD_FOREIGN_MEMORY;
}

/* Wakes an idle CPU, so that it looks for work. False if there is none. */
static __always_inline bool wd_wake_idle(void)
{
	const struct cpumask *all = wd_mask_of(WD_MASK_ALL);
	s32 cpu = all ? wd_pick_idle(all) : -1;

	if (cpu < 0)
		return false;
	wd_kick(cpu, WD_KICK_IDLE);
	return true;
}

#endif
