/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What placements do alike at a wake-up: whether the waker's CPU is as good as idle, and an idle CPU of a domain. Each
 * placement module includes it; whatever it defines is the including object's own.
 */
#ifndef WD40_PLACEMENT_WAKEUP_H
#define WD40_PLACEMENT_WAKEUP_H

#include "wd40/masks.h"
#include "wd40/slots.h"

static __always_inline bool wd_nothing_queued(s32 cpu, u32 dom)
{
	return !wd_nr_queued(WD_DSQ_LOCAL_ON | cpu) && !wd_cpu_at(cpu)->bound && !wd_domain_queued(dom);
}

/*
 * Synchronous wake-up: the waker is about to sleep, so its CPU is as good as idle, and its cache holds what the two
 * share. Only if nothing waits for that CPU: a crowd of wakers would pile up there.
 */
static __always_inline u64 wd_select_sync(struct task_struct *p, s32 prev_cpu)
{
	struct task_struct *waker = bpf_get_current_task_btf();
	s32 here = bpf_get_smp_processor_id();
	u32 dom = wd_domain_of_cpu(here);

	if (dom >= WD_MAX_DOMAINS)
		return WD_SELECTED(WD_SELECT_QUEUE, prev_cpu);
	if (!(waker->flags & PF_EXITING) && KF(bpf_cpumask_test_cpu)(here, p->cpus_ptr) && wd_nothing_queued(here, dom))
		return WD_SELECTED(WD_SELECT_WAKE_SYNC, here);
	if (wd_domain_of_cpu(prev_cpu) == dom && KF(bpf_cpumask_test_cpu)(prev_cpu, p->cpus_ptr) &&
	    wd_claim_idle(prev_cpu))
		return WD_SELECTED(WD_SELECT_SYNC_PREV_IDLE, prev_cpu);
	return WD_SELECTED(WD_SELECT_QUEUE, prev_cpu);
}

/* An idle CPU of a domain for a waking task, claimed; the one where it ran last before others. */
static __always_inline u64 wd_select_at_home(struct task_struct *p, s32 prev_cpu, u32 home)
{
	const struct cpumask *mask = wd_mask_of(home);
	s32 cpu = mask ? wd_select_idle(p, prev_cpu, 0, mask, 0) : -1;

	if (cpu < 0)
		return WD_SELECTED(WD_SELECT_QUEUE, prev_cpu);
	return WD_SELECTED(cpu == prev_cpu ? WD_SELECT_PREV_IDLE : WD_SELECT_DIRECT, cpu);
}

/* An idle CPU of a domain to wake for a task that was queued there, claimed, or negative. */
static __always_inline s32 wd_kick_at_home(struct task_struct *p, u32 dom)
{
	const struct cpumask *mask = wd_mask_of(dom);

	return mask ? wd_select_idle(p, wd_task_cpu(p), 0, mask, 0) : -1;
}

#endif
