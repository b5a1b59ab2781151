/* SPDX-License-Identifier: GPL-2.0-only */
/* Who is first in a queue among those that may run on this CPU. */
#ifndef WD40_ALLOWED_H
#define WD40_ALLOWED_H

#include "wd40/module.h"

#define WD_ALLOWED_SCAN 64 /* tasks looked at */

/*
 * Key of the first task of a queue that may run on this CPU; WD_KEY_NONE: none may. After as many as can be looked at
 * it is the key of the last one, which it is not before.
 */
__noinline u64 wd_first_allowed(u64 dsq)
{
	struct bpf_iter_scx_dsq it;
	struct task_struct *p;
	u64 key = WD_KEY_NONE;
	int i;

	if (!KF(bpf_iter_scx_dsq_new)(&it, dsq, 0)) {
		wd_each(i, WD_ALLOWED_SCAN)
		{
			p = KF(bpf_iter_scx_dsq_next)(&it);
			key = p ? p->scx.dsq_vtime : WD_KEY_NONE;
			if (!p || KF(bpf_cpumask_test_cpu)(bpf_get_smp_processor_id(), p->cpus_ptr))
				break;
		}
	}
	KF(bpf_iter_scx_dsq_destroy)(&it);
	return key;
}

/* The same, where the first of all may run here most of the time. */
static __always_inline u64 wd_head_allowed(u64 dsq)
{
	struct task_struct *p;

	if (bpf_ksym_exists(KF(scx_bpf_dsq_peek))) {
		p = KF(scx_bpf_dsq_peek)(dsq);
		if (!p)
			return WD_KEY_NONE;
		if (KF(bpf_cpumask_test_cpu)(bpf_get_smp_processor_id(), p->cpus_ptr))
			return p->scx.dsq_vtime;
	} else if (!KF(scx_bpf_dsq_nr_queued)(dsq)) {
		return WD_KEY_NONE;
	}
	return wd_first_allowed(dsq);
}

#endif
