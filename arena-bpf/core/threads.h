/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hardware threads. Two tasks on one core take time from each other, which no queue shows. Who wakes up gets a whole
 * idle core if there is one; who began to share one when there was none moves as soon as there is, at the end of a
 * slice.
 */
#ifndef WD40_THREADS_H
#define WD40_THREADS_H

#include "task_state.h"

/* Does another thread of this CPU's core compute, while a whole core of the domain is idle? */
static __always_inline bool wd_core_crowded(s32 cpu, u32 dom)
{
	const struct cpumask *mask, *cores;
	bool crowded = false;
	u32 thread = cpu;
	int i;

	if (!wd_smt)
		return false;
	wd_for(i, 0, WD_MAX_THREADS - 1)
	{
		thread = wd_cpu_sibling[thread & (WD_MAX_CPUS - 1)];
		if (thread == cpu)
			break;
		if (!wd_run_of(thread)->idle) {
			crowded = true;
			break;
		}
	}
	if (!crowded)
		return false;
	mask = wd_mask_of(dom);
	if (!mask)
		return false;
	cores = KF(scx_bpf_get_idle_smtmask)();
	crowded = KF(bpf_cpumask_intersects)(mask, cores);
	KF(scx_bpf_put_idle_cpumask)(cores);
	return crowded;
}

/*
 * A CPU of a whole idle core of the task's home, claimed for it, if it shares a core; else negative. For enqueue of one
 * that would go on: it is not running any more, and may be sent anywhere.
 */
static __always_inline s32 wd_claim_core(struct task_struct *p, s32 cpu, u32 dom)
{
	const struct cpumask *mask;
	/* The task has just run, so this program runs on its account, and most kernels disable migration for that. */
	u32 ours = p == bpf_get_current_task_btf();

	/* The kernel ends a scheduler that sends a task away which must stay for now. */
	if (p->migration_disabled > ours || !wd_core_crowded(cpu, dom))
		return -1;
	mask = wd_mask_of(dom);
	return mask ? wd_select_idle(p, cpu, 0, mask, WD_PICK_IDLE_CORE) : -1;
}

#endif
