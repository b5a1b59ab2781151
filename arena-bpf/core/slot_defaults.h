/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Weak defaults of all slots, so that a scheduler may leave any out: one home for each task, no pull thresholds but a
 * flat margin, first in first out, no load accounting. Contracts: wd40/slots.h.
 */
#ifndef WD40_SLOT_DEFAULTS_H
#define WD40_SLOT_DEFAULTS_H

#include "hybrid.h"

__weak const volatile bool wd_recorded;

__weak u64 wd_record(u32 event, u32 slot, u64 value)
{
	return 0;
}

__weak u64 wd_placement_home(struct task_struct *p __arg_trusted, struct wd_task __arena *t __arg_arena, u64 allowed,
			     u32 from)
{
	return from < WD_MAX_DOMAINS && wd_bit_test(allowed, from) ? from : wd_lowest_bit(allowed);
}

__weak u64 wd_placement_select(struct task_struct *p __arg_trusted, struct wd_task __arena *t __arg_arena, s32 prev_cpu,
			       u64 wake_flags)
{
	const struct cpumask *all = wd_mask_of(WD_MASK_ALL);
	s32 cpu = all ? wd_select_idle(p, prev_cpu, 0, all, 0) : -1;

	return cpu >= 0 ? WD_SELECTED(WD_SELECT_DIRECT, cpu) : WD_SELECTED(WD_SELECT_QUEUE, prev_cpu);
}

__weak u64 wd_placement_margin(u32 from, u32 to, u32 queued)
{
	return WD_CLOCK_LAG;
}

__weak s64 wd_placement_kick(struct task_struct *p __arg_trusted, struct wd_task __arena *t __arg_arena, u32 dom)
{
	return wd_pick_idle(p->cpus_ptr);
}

/* Deadline: first in, first out. The key is the time of arrival, which is comparable across domains as well. */
__weak u64 wd_deadline_runnable(struct wd_task __arena *t __arg_arena, struct wd_task __arena *waker __arg_arena,
				u64 now, u32 woken)
{
	return 0;
}

__weak u64 wd_deadline_key(struct wd_task __arena *t __arg_arena, u64 clock, u64 now, u32 how, u32 pace)
{
	return WD_CLOCK_START + now;
}

__weak u64 wd_deadline_charge(struct wd_task __arena *t __arg_arena, u64 ran, u64 weight, u64 now)
{
	return WD_CLOCK_START + now;
}

__weak u64 wd_deadline_moved(struct wd_task __arena *t __arg_arena, u64 shift)
{
	return 0;
}

__weak u64 wd_deadline_slice(struct wd_task __arena *t __arg_arena, u32 queued, u32 cpus)
{
	return 4 * WD_MSEC;
}

__weak u64 wd_deadline_quiescent(struct wd_task __arena *t __arg_arena, u64 now, u32 sleeping)
{
	return 0;
}

__weak const volatile u64 wd_preempt_margin = WD_KEY_NONE;

__weak u64 wd_loadbalance_account(struct wd_task __arena *t __arg_arena, u32 runnable, u64 now)
{
	return 0;
}

__weak u64 wd_loadbalance_request(struct wd_task __arena *t __arg_arena, u64 word, u64 allowed)
{
	return WD_NO_DOMAIN;
}

#endif
